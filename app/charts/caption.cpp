// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/caption.h"

#include "charts/figuretext.h"
#include "spec/integerrange.h"
#include "spec/optionnumbers.h"
#include "spec/options.h"
#include "system/usablecores.h"

#include <QObject>
#include <QStringList>
#include <algorithm>

namespace poolscope {

namespace {

QString fileName(const std::string &path)
{
    return QString::fromStdString(path).section(QLatin1Char('/'), -1);
}

QString shortened(const QString &text, qsizetype longest)
{
    return text.size() <= longest ? text : text.first(longest - 1) + u'\u2026';
}

/// Returns the first words of a text, which may be a whole script.
QString beginningOf(const std::string &text)
{
    return shortened(QString::fromStdString(text).simplified(), 40);
}

struct TaskText {
    QString operator()(const BuiltinTask &task) const
    {
        const QString name = QString::fromStdString(task.name);
        return task.arguments.empty()
            ? name
            : name + QLatin1Char(':') + QString::fromStdString(task.arguments);
    }
    QString operator()(const PythonTask &task) const { return fileName(task.target); }
    QString operator()(const CommandTask &task) const { return beginningOf(task.command); }
    QString operator()(const ShellTask &task) const { return beginningOf(task.script); }
    QString operator()(const FilterTask &task) const { return beginningOf(task.command); }
    QString operator()(const LibraryTask &task) const
    {
        return fileName(task.path) + QLatin1Char(':') + QString::fromStdString(task.symbol);
    }
};

struct InputText {
    QString operator()(const RangeInput &input) const
    {
        return QString::fromStdString(toString(input));
    }
    QString operator()(const LinesInput &input) const
    {
        return input.isStandardInput() ? QObject::tr("lines of standard input")
                                       : QObject::tr("lines of %1").arg(fileName(input.path));
    }
    QString operator()(const CsvInput &input) const
    {
        return QObject::tr("rows of %1").arg(fileName(input.path));
    }
    QString operator()(const FilesInput &input) const
    {
        return QObject::tr("files %1").arg(beginningOf(input.pattern));
    }
};

QString workersText(std::uint32_t workers)
{
    return workers == 1 ? QObject::tr("1 worker") : QObject::tr("%1 workers").arg(workers);
}

QString plainText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The unit of an option, in the singular if the value is 1.
QString unitFor(const Option &option, const std::string &value)
{
    const QString unit = plainText(option.unit);
    const bool isPlural = unit.size() > 1 && unit.endsWith(QLatin1Char('s'));
    return value == "1" && isPlural ? unit.chopped(1) : unit;
}

} // namespace

QString taskText(const TaskSpec &task)
{
    return std::visit(TaskText(), task);
}

QString inputText(const InputSpec &input)
{
    return std::visit(InputText(), input);
}

QString taskText(const Origin &origin)
{
    if (const RunSpec *spec = specOf(origin))
        return taskText(spec->task);
    const auto *call = std::get_if<WatchedCall>(&origin);
    return call ? QString::fromStdString(callName(*call)) : QString();
}

QString inputText(const Origin &origin)
{
    if (const RunSpec *spec = specOf(origin))
        return inputText(spec->input);
    const auto *call = std::get_if<WatchedCall>(&origin);
    return call ? QString::fromStdString(placeInCode(*call)) : QString();
}

QString watchedOnly(const Origin &origin)
{
    return isWatched(origin)
        ? QObject::tr("The run is a call in a watched command: change it there, and run the "
                      "command again")
        : QString();
}

QString optionValue(const Option &option, const PoolSpec &pool)
{
    const std::string text = poolOptionText(option, pool);
    for (const Choice &choice : option.choices) {
        if (text == choice.word)
            return plainText(choice.label);
    }
    if (text == option.alternative)
        return QString::fromStdString(text);
    const QString value = option.type == OptionType::Count
        ? figureText(Count{QString::fromStdString(text).toULongLong()})
        : QString::fromStdString(text);
    return option.unit.empty() ? value : value + QLatin1Char(' ') + unitFor(option, text);
}

QString settingsText(const RunSpec &spec)
{
    QStringList parts{taskText(spec.task), inputText(spec.input),
        workersText(spec.pool.workers.value_or(usableCores()))};
    for (const Option &option : optionsOf(runCommand)) {
        const bool isFixed = isOfPool(option) && option.name != "--workers"
            && poolOptionText(option, spec.pool) != option.fallback;
        if (isFixed)
            parts << plainText(option.label).toLower() + QLatin1Char(' ')
                    + optionValue(option, spec.pool);
    }
    return parts.join(QStringLiteral(" \u00b7 "));
}

QString settingsText(const RunRecord &record)
{
    if (const RunSpec *spec = specOf(record.origin))
        return settingsText(*spec);
    return QString::fromStdString(originText(record.origin)) + QStringLiteral(" \u00b7 ")
        + workersText(static_cast<std::uint32_t>(record.timeline.workerCount()));
}

QString workerName(const RunRecord &record, WorkerId worker)
{
    return QString::fromStdString(poolscope::workerName(record.origin, worker));
}

QString workerCell(const RunRecord &record, WorkerId worker)
{
    return isImported(record.origin) ? shortened(workerName(record, worker), 28)
                                     : QString::number(numberOf(worker));
}

QString inputName(const RunRecord &record, std::uint64_t index)
{
    if (!isImported(record.origin) || index >= record.inputs->size())
        return {};
    const std::string text = record.inputs->text(index).value_or(std::string());
    return shortened(QString::fromStdString(text).simplified(), 80);
}

QString outcomeText(const RunRecord &record, const Moment &moment)
{
    const Timeline &timeline = record.timeline;
    const std::uint64_t settled = timeline.settled();
    const bool ended = moment.run == TimeView::Run::Ended;
    const std::uint64_t begin = timeline.firstDispatch();
    const double elapsed = ended || begin == 0
        ? static_cast<double>(timeline.makespan())
        : static_cast<double>(std::max(moment.now, begin) - begin);
    const QString total =
        record.areInputsComplete ? figureText(Count{record.inputCount}) : QStringLiteral("?");
    QString text = QObject::tr("%1 of %2 done").arg(figureText(Count{settled}), total);
    const auto paused = static_cast<double>(
        ended ? timeline.pausedOfMakespan() : timeline.pausedBetween(begin, moment.now));
    if (elapsed > 0)
        text += QObject::tr(" in %1").arg(figureText(Duration(elapsed)));
    if (paused > 0)
        text += QObject::tr(" (%1 of it paused)").arg(figureText(Duration(paused)));
    if (elapsed > paused)
        text += QObject::tr(", %1").arg(
            figureText(Rate{static_cast<double>(settled) / (elapsed - paused) * 1e9}));
    if (timeline.failed() > 0)
        text += QObject::tr(", %1 failed").arg(figureText(Count{timeline.failed()}));
    if (timeline.quarantined() > 0)
        text += QObject::tr(" (%1 quarantined)").arg(figureText(Count{timeline.quarantined()}));
    return text;
}

} // namespace poolscope
