// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/timeaccount.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr std::size_t waitingPieces = 64; // before it is worth counting them

Stretch stretchFor(IdleReason reason)
{
    switch (reason) {
    case IdleReason::NothingLeft:
        return Stretch::NothingLeft;
    case IdleReason::NoInputYet:
        return Stretch::NoInputYet;
    case IdleReason::Order:
        return Stretch::Order;
    case IdleReason::Consumer:
        return Stretch::Consumer;
    case IdleReason::Disk:
        return Stretch::Disk;
    case IdleReason::Paused:
        return Stretch::Paused;
    }
    return Stretch::Unknown;
}

} // namespace

/// Adds a stretch up to that time. Stops of the worker within it are pauses.
void TimeAccount::add(Stretch stretch, std::uint64_t until)
{
    while (!m_stops.empty() && m_stops.front().begin < until) {
        const StopInterval stop = m_stops.front();
        addPiece(stretch, stop.begin);
        addPiece(Stretch::Paused, std::min(stop.end, until));
        if (stop.end > until)
            return;
        m_stops.pop_front();
    }
    addPiece(stretch, until);
}

void TimeAccount::addPiece(Stretch stretch, std::uint64_t until)
{
    if (until <= m_reached)
        return;
    if (!m_pieces.empty() && m_pieces.back().stretch == stretch)
        m_pieces.back().end = until;
    else
        m_pieces.push_back({stretch, until});
    m_reached = until;
}

void TimeAccount::changed(WorkerState state, std::uint64_t time)
{
    switch (state) {
    case WorkerState::Starting:
        close(time, Stretch::Unknown);
        m_replaces = m_phase == Phase::Down;
        m_phase = Phase::Starting;
        return;
    case WorkerState::Ready:
        close(time, Stretch::Unknown);
        m_phase = Phase::Ready;
        m_ended = m_answered = m_decoded = time;
        m_idle.reset();
        m_leaves = false;
        return;
    case WorkerState::Leaving:
        m_leaves = true;
        return;
    case WorkerState::Dead:
        close(time, Stretch::Lost);
        m_phase = Phase::Down;
        return;
    case WorkerState::Gone:
        close(time, Stretch::Unknown);
        m_phase = m_isWanted ? Phase::Down : Phase::Absent;
        return;
    }
}

/// Nothing more is known up to `time`; `untold` is what a chunk is counted as that nothing is known
/// of.
void TimeAccount::close(std::uint64_t time, Stretch untold)
{
    switch (m_phase) {
    case Phase::Absent:
        add(Stretch::Absent, time);
        return;
    case Phase::Down:
        add(Stretch::Lost, time);
        return;
    case Phase::Starting:
        add(m_replaces ? Stretch::Lost : Stretch::Starting, time);
        return;
    case Phase::Ready:
        closeReady(time, untold);
        return;
    }
}

void TimeAccount::closeReady(std::uint64_t time, Stretch untold)
{
    if (!m_openSpans.empty()) {
        const std::uint64_t begin = std::min(m_openSpans.front().begin, time);
        const std::uint64_t end = m_openSpans.back().begin + m_openSpans.back().duration;
        add(Stretch::UnderWay, begin);
        addSpans(m_openSpans.size(), begin, std::min(end, time));
        if (m_idle && m_idleSince >= end)
            addIdle(time); // of a run in which chunks are not told of
        else
            add(untold, time);
        return;
    }
    add(Stretch::TransferOut, std::min(m_answered, time));
    if (m_idle) {
        addIdle(time);
        return;
    }
    add(Stretch::Answering, std::min(m_decoded, time));
    if (m_leaves)
        add(m_isWanted ? Stretch::Lost : Stretch::Absent, time);
    add(untold, time);
}

/// Takes the first open spans as what lies between begin and end; what they leave was sending.
void TimeAccount::addSpans(std::size_t count, std::uint64_t begin, std::uint64_t end)
{
    std::uint64_t busy = 0;
    for (; count > 0; --count) {
        busy += m_openSpans.front().duration;
        m_openSpans.pop_front();
    }
    add(Stretch::Computing, std::min(begin + busy, end));
    add(Stretch::TransferOut, end);
}

/// The reason holds since it was told; before that the answer lay with the coordinator.
void TimeAccount::addIdle(std::uint64_t until)
{
    add(Stretch::Answering, std::min(m_idleSince, until));
    add(stretchFor(*m_idle), until);
}

void TimeAccount::continued(std::uint64_t time)
{
    close(time, Stretch::Lost);
    m_phase = Phase::Absent;
}

void TimeAccount::idle(IdleReason reason, std::uint64_t time)
{
    if (m_idle) {
        add(Stretch::TransferOut, std::min(m_answered, time));
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
    const auto upToItsBegin = [&](Stretch stretch, std::uint64_t until) {
        add(stretch, std::min(until, chunkTimes.begun));
    };
    upToItsBegin(Stretch::TransferOut, m_answered);
    const bool wasThere = chunkTimes.received <= m_ended;
    if (!wasThere && m_idle)
        addIdle(std::min(chunkTimes.sent, chunkTimes.begun));
    if (!wasThere) {
        upToItsBegin(Stretch::Answering, std::min(m_decoded, chunkTimes.sent));
        upToItsBegin(Stretch::Coordinator, chunkTimes.sent);
        upToItsBegin(Stretch::UnderWay, chunkTimes.received);
    }
    add(Stretch::TransferIn, chunkTimes.begun);
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
    if (begin > 0 && m_pieces.size() >= waitingPieces)
        count(begin, end);
}

void TimeAccount::count(std::uint64_t begin, std::uint64_t end)
{
    m_settled = std::max(m_settled, begin);
    std::size_t whole = 0;
    for (const Piece &piece : m_pieces) {
        const std::uint64_t until = std::min(piece.end, end);
        if (until > m_settled) {
            m_times[static_cast<std::size_t>(piece.stretch)] += until - m_settled;
            m_settled = until;
        }
        if (piece.end > end)
            break;
        ++whole;
    }
    m_pieces.erase(m_pieces.begin(), m_pieces.begin() + static_cast<std::ptrdiff_t>(whole));
}

StretchTimes TimeAccount::between(std::uint64_t begin, std::uint64_t end) const
{
    TimeAccount closed = *this;
    if (end <= begin)
        return {};
    closed.close(end, Stretch::Unknown);
    closed.count(begin, end);
    return closed.m_times;
}

} // namespace poolscope
