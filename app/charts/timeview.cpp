// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/timeview.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope {

namespace {

constexpr double narrowest = 1e3;
constexpr double widest = 1e17;
constexpr double shortestRun = 50e6; // the least range of an axis

/// Returns the next round number, so that a growing axis seldom moves.
double roundUp(double value)
{
    static constexpr std::array steps{1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0};
    const double power = std::pow(10, std::floor(std::log10(value)));
    return power * *std::lower_bound(steps.begin(), steps.end() - 1, value / power);
}

} // namespace

TimeView::TimeView(QObject *parent)
    : QObject(parent)
{
}

void TimeView::show(Range range)
{
    const double width = std::clamp(range.width(), narrowest, widest);
    const double middle = (range.begin + range.end) / 2;
    const double slack = width * 0.9; // some of the run stays in view
    const double begin =
        std::clamp(middle - width / 2, -slack, std::max(m_now, 1e9) + slack - width);
    setFollowing(false);
    setRange({begin, begin + width});
}

void TimeView::follow()
{
    m_whole = m_range.width() >= whole().width() && m_range.begin <= 0;
    setFollowing(true);
    setRange(followedRange());
    emit followed();
}

void TimeView::fit()
{
    m_whole = true;
    setFollowing(true);
    setRange(followedRange());
    emit followed();
}

void TimeView::zoom(double factor)
{
    const double middle = (m_range.begin + m_range.end) / 2;
    const double half = m_range.width() * factor / 2;
    show({middle - half, middle + half});
}

void TimeView::pan(double widths)
{
    const double distance = m_range.width() * widths;
    show({m_range.begin + distance, m_range.end + distance});
}

void TimeView::setCursor(std::optional<double> time)
{
    if (time == m_cursor)
        return;
    m_cursor = time;
    emit cursorChanged();
}

void TimeView::setNow(double now, Run run)
{
    m_now = now;
    m_run = run;
    if (m_following)
        setRange(followedRange());
}

void TimeView::setRange(Range range)
{
    if (range == m_range)
        return;
    m_range = range;
    emit rangeChanged();
}

void TimeView::setFollowing(bool following)
{
    if (following == m_following)
        return;
    m_following = following;
    emit followingChanged(following);
}

TimeView::Range TimeView::whole() const
{
    if (m_run == Run::Ended && m_now > 0)
        return {0, m_now * 1.01};
    return {0, roundUp(std::max(m_now, shortestRun) * 1.02)};
}

TimeView::Range TimeView::followedRange() const
{
    if (m_whole)
        return whole();
    const bool ended = m_run == Run::Ended && m_now > 0;
    const double end = ended ? m_now : std::max(m_now, shortestRun);
    return {end - m_range.width(), end};
}

} // namespace poolscope
