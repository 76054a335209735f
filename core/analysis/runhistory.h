// SPDX-License-Identifier: GPL-3.0-or-later
// RunHistory: the rare events of a run, by worker, in the order of time.
//
// Reads a timeline's marks as they are added. The time of a failure is the end of its span, which
// is earlier than the time at which the pool received it. One thread.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <set>
#include <vector>

namespace poolscope {

struct FailureMark {
    std::uint64_t time = 0; ///< the end of its span, or when it failed for good if it has none
    std::uint64_t index = 0;
    bool quarantined = false;
};

/// A value from a time on.
template <typename T> struct Since {
    std::uint64_t time = 0;
    T value{};
};

struct WorkerHistory {
    std::vector<Since<WorkerState>> states; ///< in the order of time
    std::vector<FailureMark> failures; ///< in the order of time
};

class RunHistory {
public:
    enum class Pace { Running, Paused };

    explicit RunHistory(const Timeline &timeline)
        : m_timeline(timeline)
    {
    }

    /// Reads new marks, `mostMarks` at most. Returns false if there are more.
    bool advance(std::size_t mostMarks);

    std::size_t workerCount() const { return m_workers.size(); }
    const WorkerHistory &worker(std::size_t position) const { return m_workers[position]; }
    const WorkerHistory &worker(WorkerId id) const { return worker(laneOf(id)); }
    /// Returns the number of workers wanted, from each time on.
    const std::vector<Since<std::uint32_t>> &sizes() const { return m_sizes; }
    const std::vector<Since<Pace>> &paces() const { return m_paces; }
    /// Returns all indices that failed for good and were not retried since.
    const std::set<std::uint64_t> &failedIndices() const { return m_failedIndices; }

private:
    void take(const Mark &mark);
    void takeFailure(const Mark &mark);
    std::uint64_t endOfSpan(const Mark &failed) const;
    WorkerHistory &historyOf(WorkerId worker);

    const Timeline &m_timeline;
    std::size_t m_taken = 0;
    std::vector<WorkerHistory> m_workers;
    std::vector<Since<std::uint32_t>> m_sizes;
    std::vector<Since<Pace>> m_paces;
    std::set<std::uint64_t> m_failedIndices;
};

} // namespace poolscope
