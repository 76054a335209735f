// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/axisticker.h"

#include "charts/units.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

QString TimeTicker::getTickLabel(double tick, const QLocale &, QChar, int)
{
    return tickTimeText(tick, m_step);
}

double TimeTicker::getTickStep(const QCPRange &range)
{
    m_step = std::max(1.0, QCPAxisTicker::getTickStep(range));
    return m_step;
}

CountTicker::CountTicker(Steps steps, int tickCount)
    : m_steps(steps)
{
    setTickCount(tickCount);
}

QString CountTicker::getTickLabel(double tick, const QLocale &, QChar, int)
{
    return tickCountText(tick, m_step, m_largest);
}

double CountTicker::getTickStep(const QCPRange &range)
{
    m_largest = std::max(std::abs(range.lower), std::abs(range.upper));
    const double step = QCPAxisTicker::getTickStep(range);
    m_step = m_steps == Steps::Whole ? std::max(1.0, std::round(step)) : step;
    return m_step;
}

QVector<double> CountTicker::createTickVector(double step, const QCPRange &range)
{
    QVector<double> ticks = QCPAxisTicker::createTickVector(step, range);
    ticks.erase(std::remove_if(ticks.begin(), ticks.end(), [](double tick) { return tick < 0; }),
        ticks.end());
    return ticks;
}

} // namespace poolscope
