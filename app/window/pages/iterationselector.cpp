// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/iterationselector.h"

#include "run/background.h"

namespace poolscope {

IterationSelector::~IterationSelector()
{
    m_stop.request_stop();
}

void IterationSelector::setTimeline(const Timeline *timeline)
{
    select(std::nullopt);
    m_searches.waitForFinished();
    m_searches.clearFutures();
    m_timeline = timeline;
}

void IterationSelector::select(const std::optional<DurationRange> &range)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_range = m_timeline ? range : std::nullopt;
    if (m_range)
        search(*m_range);
    else
        emit selected(nullptr);
}

void IterationSelector::renew()
{
    if (m_range)
        select(m_range);
}

void IterationSelector::search(const DurationRange &range)
{
    auto found = std::make_shared<std::optional<SelectedIterations>>();
    m_searches.addFuture(inBackground(
        this,
        [found, timeline = m_timeline, range, stop = m_stop.get_token()] {
            *found = SelectedIterations::find(*timeline, range, stop);
        },
        [this, found, stop = m_stop.get_token()] {
            if (*found && !stop.stop_requested())
                emit selected(std::make_shared<const SelectedIterations>(std::move(**found)));
        }));
}

} // namespace poolscope
