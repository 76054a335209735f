// SPDX-License-Identifier: GPL-3.0-or-later
// TimeAccount: one worker's time by activity.
//
// Receives the pool's reports in their order and divides time into intervals without gaps and
// overlaps, whose lengths add up exactly to any interval that is requested. If activities overlap,
// such as receiving a chunk and computing another, computing counts. Memory does not grow during a
// run if settle() is called from time to time.
//
// A plain value: copies are independent of each other.
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
    Absent, ///< the worker has not joined the pool yet, or has left it
    Starting, ///< process, interpreter and imports start, until the worker is ready
    Computing, ///< within spans
    TransferIn, ///< the worker receives a chunk
    TransferOut, ///< the worker sends outcomes
    Answering, ///< the worker waits, and the coordinator has not handled its answer yet
    Coordinator, ///< the worker waits for the coordinator to send the next chunk
    UnderWay, ///< the worker waits for a chunk that was sent
    Order, ///< idle, see IdleReason
    Consumer,
    Disk,
    NoInputYet,
    NothingLeft,
    Paused,
    Lost, ///< the worker computed what its death lost, is dead, or is being replaced
    Unknown, ///< the worker has a chunk, but has reported nothing of it
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

    /// Records the number of workers wanted. A worker with a higher number leaves for good.
    void resized(std::uint32_t workers) { m_isWanted = numberOf(m_worker) <= workers; }
    void changed(WorkerState state, std::uint64_t time);
    /// Records that a stopped run was resumed, with processes that do not exist yet.
    void continued(std::uint64_t time);
    void idle(IdleReason reason, std::uint64_t time);
    /// Records that the worker was stopped. To be called before anything that ends later.
    void suspended(const StopInterval &stop) { m_stops.push_back(stop); }
    void span(const Span &span);
    /// Records a chunk, to which the first spans without a chunk belong, as many as it has. Spans
    /// of the next chunk may have been recorded before.
    void chunk(const ChunkTimes &chunkTimes);

    /// Adds up the time in [begin, end). `begin` is 0 while unknown, and does not change
    /// afterwards. `end` never decreases.
    void settle(std::uint64_t begin, std::uint64_t end);
    /// The time in [begin, end) by activity, which adds up to end - begin. `end` is not less than
    /// that of the last settle().
    ActivityTimes between(std::uint64_t begin, std::uint64_t end) const;

    std::uint64_t chunks() const { return m_chunks; }
    std::uint64_t longestChunk() const { return m_longestChunk; } ///< nanoseconds
    /// The duration of the longest iteration. A span of several counts by its mean.
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
    bool m_replaces = false; ///< the process that starts replaces one that ended
    bool m_leaves = false;
    Phase m_phase = Phase::Absent;
    std::optional<IdleReason> m_idle;
    std::uint64_t m_idleSince = 0;
    std::uint64_t m_ended = 0; ///< when the last chunk ended
    std::uint64_t m_answered = 0; ///< when the last chunk was answered
    std::uint64_t m_decoded = 0; ///< when the last answer was decoded
    std::deque<StopInterval> m_stops; ///< that are not over at m_reached
    std::deque<Span> m_openSpans; ///< without a chunk so far

    std::vector<Interval> m_intervals; ///< not settled. Each begins at the end of the one before
    std::uint64_t m_reached = 0; ///< the end of the last interval
    std::uint64_t m_settled = 0; ///< the end of the time that is added up
    ActivityTimes m_times{};
    std::uint64_t m_chunks = 0;
    std::uint64_t m_longestChunk = 0;
    std::uint64_t m_longestIteration = 0;
};

} // namespace poolscope
