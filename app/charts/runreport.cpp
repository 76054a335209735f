// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/runreport.h"

#include "charts/accountingchart.h"
#include "charts/caption.h"
#include "charts/chartexport.h"
#include "charts/figuretext.h"
#include "charts/pdfreport.h"
#include "report/htmlreport.h"
#include "report/summary.h"
#include "report/valuetext.h"
#include "report/verdicttext.h"
#include "run/runsaving.h"
#include "spec/optionnumbers.h"
#include "spec/options.h"
#include "spec/runarguments.h"
#include "system/atomicfile.h"
#include "text/utf8.h"

#include <QDateTime>
#include <QObject>
#include <algorithm>
#include <iterator>

namespace poolscope {

namespace {

constexpr std::size_t mostFailures = 200;
constexpr std::size_t mostLogLines = 200;
constexpr std::size_t longestText = 400; // of an input or a reason, in a table

std::string tr(const char *text)
{
    return QObject::tr(text).toStdString();
}

std::string count(std::uint64_t number)
{
    return textOf(Count{number});
}

std::string duration(std::uint64_t nanoseconds)
{
    return textOf(Duration(nanoseconds));
}

std::string shortened(std::string text)
{
    if (text.size() > longestText) {
        text.resize(utf8Beginning(text, longestText).size());
        text += "\u2026";
    }
    return text;
}

ReportTable::Column left(const char *title)
{
    return {tr(title), ReportTable::Align::Left};
}

ReportTable::Column right(const char *title)
{
    return {tr(title), ReportTable::Align::Right};
}

/// Builds a section of the facts that are known.
class Facts {
public:
    explicit Facts(const char *heading) { m_section.heading = tr(heading); }
    Facts &add(const char *name, const std::string &figure)
    {
        if (!figure.empty())
            m_section.facts.emplace_back(tr(name), figure);
        return *this;
    }
    ReportSection take() { return std::move(m_section); }

private:
    ReportSection m_section;
};

ReportSection settingsOf(const WatchedCall &call)
{
    return Facts("Settings")
        .add("Command", shellText(call.command))
        .add("Folder", call.folder)
        .add("Pool", call.pool)
        .add("Call", callName(call))
        .add("At", call.file.empty() ? "?" : call.file + ":" + std::to_string(call.line))
        .add("Processes", call.processes > 0 ? count(call.processes) : "?")
        .add("Chunk size", count(call.chunk))
        .add("Start method", call.startMethod)
        .take();
}

ReportSection settings(const RunRecord &record)
{
    Facts facts("Settings");
    if (const auto *file = std::get_if<ImportedFile>(&record.origin))
        return facts.add("Read from", file->name)
            .add("Workers", count(record.timeline.workerCount()))
            .add("Left out", joined(file->notes.linesOfLeftOut(), "; "))
            .add("Shown as", joined(file->notes.linesOfShown(), "; "))
            .take();
    if (const auto *call = std::get_if<WatchedCall>(&record.origin))
        return settingsOf(*call);
    const RunSpec &spec = *specOf(record.origin);
    facts.add("Task", taskText(spec.task).toStdString())
        .add("Input", inputText(spec.input).toStdString());
    for (const Option &option : optionsOf(runCommand)) {
        if (isOfPool(option) && doesApply(option, spec))
            facts.add(option.label.data(), optionValue(option, spec.pool).toStdString());
    }
    return facts.take();
}

std::string timeText(std::int64_t secondsSince1970)
{
    return secondsSince1970 > 0
        ? QDateTime::fromSecsSinceEpoch(secondsSince1970).toString(Qt::ISODate).toStdString()
        : std::string();
}

ReportSection machine(const RunRecord &record)
{
    const Machine &machine = record.machine;
    return Facts("Machine")
        .add("Host", machine.host)
        .add("Kernel", machine.kernel)
        .add("Processor", machine.processor)
        .add("Usable cores", machine.cores > 0 ? count(machine.cores) : "?")
        .add("Memory", machine.memory > 0 ? textOf(Bytes{machine.memory}) : std::string())
        .add("Began", timeText(record.startedAt))
        .take();
}

double busyShare(const Timeline &timeline)
{
    double busy = 0;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        busy += static_cast<double>(timeline.worker(i).busy());
    const double all =
        static_cast<double>(timeline.makespan()) * static_cast<double>(timeline.workerCount());
    return all > 0 ? busy / all : 0;
}

ReportSection figures(const RunRecord &record)
{
    const Timeline &timeline = record.timeline;
    const auto inputs = record.knownInputCount();
    Facts facts("Figures");
    facts.add("Inputs", inputs ? count(*inputs) : "?")
        .add("Succeeded", count(timeline.succeeded()))
        .add("Failed", count(timeline.failed()));
    if (timeline.quarantined() > 0)
        facts.add("Quarantined of them", count(timeline.quarantined()));
    facts.add("Attempts", count(timeline.attempts()))
        .add("Makespan", duration(timeline.makespan()));
    if (timeline.pausedOfMakespan() > 0)
        facts.add("Paused of it", duration(timeline.pausedOfMakespan()));
    return facts.add("Throughput", textOf(Rate{rateOf(timeline)}))
        .add("Utilization", textOf(Share{busyShare(timeline)}))
        .take();
}

ReportSection verdict(const Verdict *verdict)
{
    ReportSection section;
    section.heading = tr("Verdict");
    if (verdict)
        section.paragraphs.push_back(verdictText(*verdict));
    return section;
}

/// Returns the times of the pool, and the shares of each worker if there are few.
ReportSection timeByCause(const Accounting &accounting, const Origin &origin)
{
    constexpr std::size_t mostWorkers = 8;
    ReportSection section;
    section.heading = tr("Workers' time by cause");
    section.table.columns = {left("Cause"), right("Time"), right("Share")};
    const std::size_t workers =
        accounting.workers.size() <= mostWorkers ? accounting.workers.size() : 0;
    for (std::size_t i = 0; i < workers; ++i)
        section.table.columns.push_back(right(
            (tr("Worker") + " " + std::to_string(numberOf(accounting.workers[i].id))).c_str()));
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return textOf(Share{static_cast<double>(part) / static_cast<double>(whole)});
    };
    const std::uint64_t all = accounting.times.sum();
    for (const Cause cause : causesByTime(accounting.times)) {
        std::vector<std::string> row{std::string(causeText(cause, origin)),
            duration(accounting.times[cause]), share(accounting.times[cause], all)};
        for (std::size_t i = 0; i < workers; ++i)
            row.push_back(share(accounting.workers[i].times[cause], accounting.makespan()));
        section.table.rows.push_back(std::move(row));
    }
    return section;
}

ReportSection workers(const RunRecord &record)
{
    const Timeline &timeline = record.timeline;
    const bool hasNames = isImported(record.origin);
    ReportSection section;
    section.heading = tr("Workers");
    section.table.columns = {hasNames ? left("Worker") : right("Worker"), left("Host"),
        right("Process"), left("Runtime"), right("Iterations"), right("Busy"), right("CPU"),
        right("Memory"), right("Restarts")};
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        const WorkerIdentity identity = worker.identity();
        section.table.rows.push_back({hasNames ? workerName(record.origin, worker.id())
                                               : std::to_string(numberOf(worker.id())),
            identity.host, identity.pid > 0 ? std::to_string(identity.pid) : "", identity.runtime,
            count(worker.iterations()), duration(worker.busy()),
            worker.cpu() > 0 ? duration(worker.cpu()) : "",
            worker.maxRss() > 0 ? textOf(Bytes{worker.maxRss()}) : "", count(worker.restarts())});
    }
    return section;
}

ReportSection chartSection(Chart &chart, const Moment &moment)
{
    ReportSection section;
    section.heading = chart.title().toStdString();
    section.paragraphs.push_back(chart.explanation().toStdString());
    PictureForm form;
    form.size = {840, 450}; // text in pictures is as large as the text around them
    form.caption = PictureForm::Caption::WithoutTitle;
    section.picture.light = chartSvg(chart, moment, form).toStdString();
    form.theme = Theme::Kind::Dark;
    section.picture.dark = chartSvg(chart, moment, form).toStdString();
    section.picture.description = section.heading + ". " + chart.figure().toStdString();
    return section;
}

std::vector<std::string> failureRow(const RunRecord &record, std::uint64_t index)
{
    const auto input = record.inputs->text(index);
    const auto outcome = record.outcomes->read(index);
    std::vector<std::string> row{std::to_string(index), input ? shortened(*input) : "", "", "", ""};
    if (!outcome)
        return row;
    const FailureView &failure = outcome->view.failure;
    row[2] = shortened(failureText(failure));
    row[3] = failure.context.attempts > 0 ? count(failure.context.attempts) : "";
    row[4] =
        failure.context.worker != noWorker ? std::to_string(numberOf(failure.context.worker)) : "";
    return row;
}

ReportSection failures(const RunRecord &record)
{
    ReportSection section;
    section.heading = tr("Failures");
    const std::vector<std::uint64_t> failed =
        record.outcomes->keepsAll() ? failedInputs(record) : std::vector<std::uint64_t>();
    section.table.columns = {
        right("Index"), left("Input"), left("Reason"), right("Attempts"), right("Worker")};
    for (std::size_t i = 0; i < failed.size() && i < mostFailures; ++i)
        section.table.rows.push_back(failureRow(record, failed[i]));
    if (failed.size() > mostFailures)
        section.paragraphs.push_back(
            QObject::tr("The first %1 of %2.")
                .arg(figureText(Count{mostFailures}), figureText(Count{failed.size()}))
                .toStdString());
    return section;
}

ReportSection lastOfLog(const RunLog &log)
{
    ReportSection section;
    section.heading = tr("Log");
    const std::uint64_t end = log.end();
    const RunLog::Page page =
        log.entries(end > mostLogLines ? end - mostLogLines : 0, end, mostLogLines);
    if (end > mostLogLines)
        section.paragraphs.push_back(
            QObject::tr("The last %1 lines of %2.")
                .arg(figureText(Count{mostLogLines}), figureText(Count{end}))
                .toStdString());
    for (const LogLine &line : page.entries) {
        const std::string who = line->worker != noWorker
            ? tr("worker") + " " + std::to_string(numberOf(line->worker)) + ": "
            : "";
        section.lines.push_back(duration(line->time) + "  " + who + shortened(line->text));
    }
    return section;
}

bool saysSomething(const ReportSection &section)
{
    return !section.paragraphs.empty() || !section.facts.empty() || !section.picture.light.empty()
        || !section.table.rows.empty() || !section.lines.empty();
}

} // namespace

ReportData reportOf(const ChartSet &charts, const Moment &moment)
{
    ReportData report;
    const RunRecord *record = (*charts.begin())->record();
    if (!record)
        return report;
    report.title = settingsText(*record).toStdString();
    report.subtitle = outcomeText(*record, moment).toStdString();
    std::vector<ReportSection> drawn;
    for (Chart *chart : charts)
        drawn.push_back(chartSection(*chart, moment));
    // The chart has read the whole run, since it was drawn.
    const auto &accounting = static_cast<const AccountingChart &>(charts[ChartKind::Accounting]);
    std::vector<ReportSection> sections{verdict(accounting.verdict()), figures(*record),
        timeByCause(accounting.accounting(), record->origin)};
    std::move(drawn.begin(), drawn.end(), std::back_inserter(sections));
    sections.push_back(workers(*record));
    sections.push_back(failures(*record));
    sections.push_back(settings(*record));
    sections.push_back(machine(*record));
    sections.push_back(lastOfLog(record->log));
    std::copy_if(
        sections.begin(), sections.end(), std::back_inserter(report.sections), saysSomething);
    return report;
}

ReportData joinedReport(std::vector<ReportData> reports)
{
    if (reports.size() == 1)
        return std::move(reports.front());
    ReportData joined;
    joined.title = QObject::tr("%1 runs").arg(figureText(Count{reports.size()})).toStdString();
    for (std::size_t i = 0; i < reports.size(); ++i) {
        ReportSection head;
        head.heading = QObject::tr("Run %1: ").arg(i + 1).toStdString() + reports[i].title;
        head.paragraphs = {reports[i].subtitle};
        joined.sections.push_back(std::move(head));
        std::move(reports[i].sections.begin(), reports[i].sections.end(),
            std::back_inserter(joined.sections));
    }
    return joined;
}

Result<void> writeReport(const ReportData &report, const std::filesystem::path &path)
{
    return writeFile(
        path, path.extension() == ".pdf" ? pdfReport(report).toStdString() : htmlReport(report));
}

} // namespace poolscope
