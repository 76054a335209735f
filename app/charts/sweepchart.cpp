// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/sweepchart.h"

#include "charts/figuretext.h"

namespace poolscope {

void SweepChart::setSweep(SweepFiguresPtr sweep)
{
    m_sweep = std::move(sweep);
    rebuild();
    dataChanged();
}

void SweepChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    rebuild();
}

QString SweepChart::subject(const Moment &) const
{
    return sweep().subject;
}

Chart::DataWriter SweepChart::dataWriter() const
{
    return [sweep = m_sweep](const std::filesystem::path &path, const ShouldContinue &) {
        return writeSweepCsv(*sweep, path);
    };
}

QString SweepChart::figure() const
{
    if (!hasData())
        return {};
    const SweepCell &best = *sweep().best();
    return tr("fastest: %1, %2")
        .arg(settingText(best.setting), figureText(Rate{best.throughput.value}));
}

QString SweepChart::shortFigure() const
{
    return hasData() ? figureText(Rate{sweep().best()->throughput.value}) : QString();
}

} // namespace poolscope
