// SPDX-License-Identifier: GPL-3.0-or-later
// TimeAccount: how one worker's time was spent, activity after activity.
//
// It receives the pool's reports in their order, and cuts the time axis into intervals that leave
// no gap and never overlap, so that their lengths add up exactly to any interval that is asked for.
// If intervals overlap, such as a chunk that arrives during work on another, the work counts.
// Memory stays the same throughout a run if settle() is called from time to time.
//
// A plain value: a copy goes its own way.
#pragma once

#include "events/types.h"
#include "system/stopdetector.h"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace poolscope {

enum class Activity : std::uint8_t {
    Absent, ///< the pool does not have this worker: it has not joined yet, or has left
    Starting, ///< its process, interpreter and imports, up to its being ready
    Computing, ///< within spans
    TransferIn, ///< the worker takes in a chunk
    TransferOut, ///< the worker sends what it has made
    Answering, ///< it waits, and its answer is with the coordinator, which does not handle it yet
    Coordinator, ///< it waits for the coordinator to send the next chunk
    UnderWay, ///< it waits for a chunk that was sent
    Order, ///< idle: see IdleReason
    Consumer,
    Disk,
    NoInputYet,
    NothingLeft,
    Paused,
    Lost, ///< on what was lost when it died; dead; being replaced
    Unknown, ///< it holds a chunk of which it has told nothing
};
inline constexpr std::size_t activityCount = 16;

/// Nanoseconds by activity.
using ActivityTimes = std::array<std::uint64_t, activityCount>;

class TimeAccount {
public:
    explicit TimeAccount(WorkerId worker)
        : m_worker(worker)
    {
    }

    /// Records the number of workers wanted: workers with a higher number leave for good.
    void resized(std::uint32_t workers) { m_isWanted = m_worker <= workers; }
    void changed(WorkerState state, std::uint64_t time);
    /// Records that a stopped run was resumed, with processes that do not exist yet.
    void continued(std::uint64_t time);
    void idle(IdleReason reason, std::uint64_t time);
    /// Records that the worker was stopped. To be called before what ends later is recorded.
    void suspended(const StopInterval &stop) { m_stops.push_back(stop); }
    void span(const Span &span);
    /// Assigns the first spans without a chunk to this one, as many as it has. Spans of the next
    /// chunk may have been reported before.
    void chunk(const ChunkTimes &chunkTimes);

    /// Counts the time in [begin, end). `begin` is 0 while it is not known, and does not change
    /// afterwards; `end` never decreases.
    void settle(std::uint64_t begin, std::uint64_t end);
    /// The time in [begin, end) by activity, which adds up to end - begin. `end` is not less than
    /// what was settled.
    ActivityTimes between(std::uint64_t begin, std::uint64_t end) const;

    std::uint64_t chunks() const { return m_chunks; }
    std::uint64_t longestChunk() const { return m_longestChunk; } ///< nanoseconds
    /// The duration of the longest iteration, by the mean of a span that has several.
    std::uint64_t longestIteration() const { return m_longestIteration; }

private:
    enum class Phase : std::uint8_t { Absent, Starting, Ready, Down };

    struct Interval {
        Activity activity;
        std::uint64_t end;
    };

    void add(Activity activity, std::uint64_t until);
    void addInterval(Activity activity, std::uint64_t until);
    void count(std::uint64_t begin, std::uint64_t end);
    void close(std::uint64_t time, Activity otherwise);
    void closeReady(std::uint64_t time, Activity otherwise);
    void addIdle(std::uint64_t until);
    void addSpans(std::size_t count, std::uint64_t begin, std::uint64_t end);

    WorkerId m_worker;
    bool m_isWanted = true;
    bool m_replaces = false; ///< the process that starts takes the place of one that ended
    bool m_leaves = false;
    Phase m_phase = Phase::Absent;
    std::optional<IdleReason> m_idle;
    std::uint64_t m_idleSince = 0;
    std::uint64_t m_ended = 0; ///< the last chunk
    std::uint64_t m_answered = 0; ///< the last chunk
    std::uint64_t m_decoded = 0; ///< the last chunk
    std::deque<StopInterval> m_stops; ///< that are not passed yet
    std::deque<Span> m_openSpans; ///< that are no chunk's yet

    std::vector<Interval> m_intervals; ///< not settled yet; each begins where the one before ended
    std::uint64_t m_reached = 0; ///< the end of the last interval
    std::uint64_t m_settled = 0; ///< the end of what is counted
    ActivityTimes m_times{};
    std::uint64_t m_chunks = 0;
    std::uint64_t m_longestChunk = 0;
    std::uint64_t m_longestIteration = 0;
};

} // namespace poolscope
