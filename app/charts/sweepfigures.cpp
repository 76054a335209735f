// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/sweepfigures.h"

#include "charts/figuretext.h"
#include "report/sweepreport.h"
#include "system/atomicfile.h"

#include <QObject>
#include <QStringList>

namespace poolscope {

namespace {

template <typename Text> QString withInterval(const Estimate &estimate, Text text)
{
    const QString value = text(estimate.value);
    return estimate.interval
        ? QObject::tr("%1 (%2 to %3)")
              .arg(value, text(estimate.interval->low), text(estimate.interval->high))
        : value;
}

} // namespace

const SweepCell *SweepFigures::best() const
{
    return result.best ? &result.cells[*result.best] : nullptr;
}

const SweepCell *SweepFigures::cheapest() const
{
    return result.cheapest ? &result.cells[*result.cheapest] : nullptr;
}

SweepFiguresPtr sweepFigures(const QString &subject, const SweepPlan &plan,
    const std::vector<SweepMeasurement> &measurements)
{
    auto figures = std::make_shared<SweepFigures>();
    figures->subject = subject;
    figures->plan = plan;
    figures->result = sweepResult(plan, measurements);
    const SweepCell *best = figures->best();
    if (!best)
        return figures;
    const auto points = scalingPoints(figures->result, best->setting.chunk);
    for (const ScalingLaw law : {ScalingLaw::Amdahl, ScalingLaw::Universal}) {
        if (auto fit = fitScaling(law, points, {plan.seed, 500}))
            figures->fits.push_back(std::move(*fit));
    }
    figures->fitsText =
        QString::fromStdString(fitsText(plan, figures->result, best->setting.chunk)).trimmed();
    return figures;
}

QString settingText(const SweepSetting &setting)
{
    return QString::fromStdString(toString(setting));
}

QString cellText(const SweepCell &cell)
{
    const auto ratio = [](double value) {
        return unbroken(threeDigits(value));
    };
    QStringList lines{settingText(cell.setting),
        withInterval(cell.throughput, [](double value) { return figureText(Rate{value}); })};
    if (cell.speedup)
        lines << QObject::tr("speedup %1").arg(withInterval(*cell.speedup, ratio));
    if (cell.efficiency)
        lines << QObject::tr("efficiency %1").arg(withInterval(*cell.efficiency, [](double value) {
            return figureText(Share{value});
        }));
    lines << QObject::tr("runs: %1").arg(cell.throughputs.size());
    if (cell.failed > 0)
        lines << QObject::tr("failed inputs: %1").arg(figureText(Count{cell.failed}));
    return lines.join(u'\n');
}

QString chunkText(const std::optional<std::uint64_t> &chunk)
{
    return chunk ? QString::number(*chunk) : QObject::tr("auto");
}

Result<void> writeSweepCsv(const SweepFigures &figures, const std::filesystem::path &path)
{
    return writeFile(path, sweepCsv(figures.result));
}

} // namespace poolscope
