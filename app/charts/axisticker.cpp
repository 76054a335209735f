// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/axisticker.h"

#include "charts/figuretext.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

QString TimeTicker::getTickLabel(double tick, const QLocale &, QChar, int)
{
    return unbroken(tickText(Duration(tick), Duration(m_step)));
}

double TimeTicker::getTickStep(const QCPRange &range)
{
    m_step = std::max(1.0, QCPAxisTicker::getTickStep(range));
    return m_step;
}

QString LogTimeTicker::getTickLabel(double tick, const QLocale &locale, QChar format, int precision)
{
    return m_isLogarithmic ? unbroken(tickText(Duration(tick), Duration(tick)))
                           : TimeTicker::getTickLabel(tick, locale, format, precision);
}

QVector<double> LogTimeTicker::createTickVector(double step, const QCPRange &range)
{
    constexpr double straightUpTo = 6;
    constexpr double decadesFrom = 300;
    const double factor = range.upper / range.lower;
    m_isLogarithmic = range.lower > 0 && factor > straightUpTo;
    if (!m_isLogarithmic)
        return TimeTicker::createTickVector(step, range);
    const QVector<double> digits =
        factor < decadesFrom ? QVector<double>{1, 2, 5} : QVector<double>{1};
    QVector<double> ticks;
    for (double decade = std::pow(10, std::floor(std::log10(range.lower))); decade <= range.upper;
         decade *= 10) {
        for (const double digit : digits)
            ticks.append(digit * decade);
    }
    return ticks;
}

CountTicker::CountTicker(Steps steps, int tickCount)
    : m_steps(steps)
{
    setTickCount(tickCount);
}

QString CountTicker::getTickLabel(double tick, const QLocale &, QChar, int)
{
    return unbroken(tickText(tick, m_step, m_largest));
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
