// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/timeaccount.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr std::size_t waitingIntervals = 64; // before they are added up

Activity activityFor(IdleReason reason)
{
    switch (reason) {
    case IdleReason::NothingLeft:
        return Activity::NothingLeft;
    case IdleReason::NoInputYet:
        return Activity::NoInputYet;
    case IdleReason::Order:
        return Activity::Order;
    case IdleReason::Consumer:
        return Activity::Consumer;
    case IdleReason::Disk:
        return Activity::Disk;
    case IdleReason::Paused:
        return Activity::Paused;
    }
    return Activity::Unknown;
}

} // namespace

/// Adds an activity up to `until`. Stops of the worker within it count as pauses.
void TimeAccount::add(Activity activity, std::uint64_t until)
{
    while (!m_stops.empty() && m_stops.front().begin < until) {
        const StopInterval stop = m_stops.front();
        addInterval(activity, stop.begin);
        addInterval(Activity::Paused, std::min(stop.end, until));
        if (stop.end > until)
            return;
        m_stops.pop_front();
    }
    addInterval(activity, until);
}

void TimeAccount::addInterval(Activity activity, std::uint64_t until)
{
    if (until <= m_reached)
        return;
    if (!m_intervals.empty() && m_intervals.back().activity == activity)
        m_intervals.back().end = until;
    else
        m_intervals.push_back({activity, until});
    m_reached = until;
}

void TimeAccount::changed(WorkerState state, std::uint64_t time)
{
    switch (state) {
    case WorkerState::Starting:
        close(time, Activity::Unknown);
        m_replaces = m_phase == Phase::Down;
        m_phase = Phase::Starting;
        return;
    case WorkerState::Ready:
        close(time, Activity::Unknown);
        m_phase = Phase::Ready;
        m_ended = m_answered = m_decoded = time;
        m_idle.reset();
        m_leaves = false;
        return;
    case WorkerState::Leaving:
        m_leaves = true;
        return;
    case WorkerState::Dead:
        close(time, Activity::Lost);
        m_phase = Phase::Down;
        return;
    case WorkerState::Gone:
        close(time, Activity::Unknown);
        m_phase = m_isWanted ? Phase::Down : Phase::Absent;
        return;
    }
}

/// Adds the time up to `time`, of which nothing more will be reported. A chunk of which nothing is
/// known counts as `otherwise`.
void TimeAccount::close(std::uint64_t time, Activity otherwise)
{
    switch (m_phase) {
    case Phase::Absent:
        add(Activity::Absent, time);
        return;
    case Phase::Down:
        add(Activity::Lost, time);
        return;
    case Phase::Starting:
        add(m_replaces ? Activity::Lost : Activity::Starting, time);
        return;
    case Phase::Ready:
        closeReady(time, otherwise);
        return;
    }
}

void TimeAccount::closeReady(std::uint64_t time, Activity otherwise)
{
    if (!m_openSpans.empty()) {
        const std::uint64_t begin = std::min(m_openSpans.front().begin, time);
        const std::uint64_t end = m_openSpans.back().begin + m_openSpans.back().duration;
        add(Activity::UnderWay, begin);
        addSpans(m_openSpans.size(), begin, std::min(end, time));
        if (m_idle && m_idleSince >= end)
            addIdle(time); // in a run without reports of chunks
        else
            add(otherwise, time);
        return;
    }
    add(Activity::TransferOut, std::min(m_answered, time));
    if (m_idle) {
        addIdle(time);
        return;
    }
    add(Activity::Answering, std::min(m_decoded, time));
    if (m_leaves)
        add(m_isWanted ? Activity::Lost : Activity::Absent, time);
    add(otherwise, time);
}

/// Fills [begin, end) with the first open spans. The rest counts as sending.
void TimeAccount::addSpans(std::size_t count, std::uint64_t begin, std::uint64_t end)
{
    std::uint64_t busy = 0;
    for (; count > 0; --count) {
        busy += m_openSpans.front().duration;
        m_openSpans.pop_front();
    }
    add(Activity::Computing, std::min(begin + busy, end));
    add(Activity::TransferOut, end);
}

/// The reason counts from its report on. Before that the coordinator had the answer.
void TimeAccount::addIdle(std::uint64_t until)
{
    add(Activity::Answering, std::min(m_idleSince, until));
    add(activityFor(*m_idle), until);
}

void TimeAccount::continued(std::uint64_t time)
{
    close(time, Activity::Lost);
    m_phase = Phase::Absent;
}

void TimeAccount::idle(IdleReason reason, std::uint64_t time)
{
    if (m_idle) {
        add(Activity::TransferOut, std::min(m_answered, time));
        addIdle(time);
    }
    m_idle = reason;
    m_idleSince = time;
}

void TimeAccount::span(const Span &span)
{
    m_openSpans.push_back(span);
    const std::uint64_t time = timeNotStopped(m_stops, span.begin, span.duration);
    if (span.count > 0)
        m_longestIteration = std::max(m_longestIteration, time / span.count);
}

void TimeAccount::chunk(const ChunkTimes &chunkTimes)
{
    const auto upToItsBegin = [&](Activity activity, std::uint64_t until) {
        add(activity, std::min(until, chunkTimes.begun));
    };
    upToItsBegin(Activity::TransferOut, m_answered);
    const bool wasThere = chunkTimes.received <= m_ended;
    if (!wasThere && m_idle)
        addIdle(std::min(chunkTimes.sent, chunkTimes.begun));
    if (!wasThere) {
        upToItsBegin(Activity::Answering, std::min(m_decoded, chunkTimes.sent));
        upToItsBegin(Activity::Coordinator, chunkTimes.sent);
        upToItsBegin(Activity::UnderWay, chunkTimes.received);
    }
    add(Activity::TransferIn, chunkTimes.begun);
    addSpans(std::min<std::size_t>(chunkTimes.spans, m_openSpans.size()),
        std::max(chunkTimes.begun, m_reached), chunkTimes.ended);
    m_idle.reset();
    m_ended = chunkTimes.ended;
    m_answered = chunkTimes.answered;
    m_decoded = chunkTimes.decoded;
    ++m_chunks;
    m_longestChunk =
        std::max(m_longestChunk, chunkTimes.ended - std::min(chunkTimes.begun, chunkTimes.ended));
}

void TimeAccount::settle(std::uint64_t begin, std::uint64_t end)
{
    if (begin > 0 && m_intervals.size() >= waitingIntervals)
        count(begin, end);
}

void TimeAccount::count(std::uint64_t begin, std::uint64_t end)
{
    m_settled = std::max(m_settled, begin);
    std::size_t whole = 0;
    for (const Interval &interval : m_intervals) {
        const std::uint64_t until = std::min(interval.end, end);
        if (until > m_settled) {
            m_times[static_cast<std::size_t>(interval.activity)] += until - m_settled;
            m_settled = until;
        }
        if (interval.end > end)
            break;
        ++whole;
    }
    m_intervals.erase(
        m_intervals.begin(), m_intervals.begin() + static_cast<std::ptrdiff_t>(whole));
}

ActivityTimes TimeAccount::between(std::uint64_t begin, std::uint64_t end) const
{
    TimeAccount closed = *this;
    if (end <= begin)
        return {};
    closed.close(end, Activity::Unknown);
    closed.count(begin, end);
    return closed.m_times;
}

} // namespace poolscope
