// SPDX-License-Identifier: GPL-3.0-or-later
// Attempts: the failed attempts of each index, and the indices that wait for another attempt.
//
// An index takes 16 bytes while it waits, and some more while a worker has it. The counts of an
// index whose outcome is final are removed with the next answer at the latest. One thread.
#pragma once

#include "spec/indexrange.h"

#include <cstdint>
#include <deque>
#include <map>

namespace poolscope {

/// The failed attempts of one index.
struct AttemptCounts {
    static constexpr std::uint32_t mostEarlier = (1U << 24U) - 1;

    /// Returns the counts of an index after this number of earlier attempts.
    static AttemptCounts after(std::uint32_t attempts);

    std::uint64_t failures : 20 = 0; ///< at most maxRetries + 1
    std::uint64_t deaths : 20 = 0; ///< of workers, at most maxRetries + 2
    std::uint64_t earlier : 24 = 0; ///< before the run was resumed, or the user requested a retry

    std::uint32_t total() const
    {
        return static_cast<std::uint32_t>(failures) + static_cast<std::uint32_t>(deaths)
            + static_cast<std::uint32_t>(earlier);
    }
};

/// An index with the attempts that have failed.
struct TriedIndex {
    std::uint64_t index = 0;
    std::uint32_t attempts = 0;
    std::uint32_t deaths = 0; ///< attempts of these that ended with the worker's death

    friend bool operator==(const TriedIndex &, const TriedIndex &) = default;
};

class Attempts {
public:
    struct Waiting {
        std::uint64_t index = 0;
        AttemptCounts counts;
    };

    /// Records the earlier attempts of an index. To be called in ascending order, before any index
    /// is sent.
    void addEarlier(const TriedIndex &tried);

    /// Appends the index to those that wait.
    void enqueue(std::uint64_t index, const AttemptCounts &counts);
    const std::deque<Waiting> &waiting() const { return m_waiting; }
    /// Removes the first index that waits, which the caller sends to a worker, and returns it.
    std::uint64_t sendNext();
    /// Records that these are sent to a worker for the first time. To be called in ascending order.
    void sentFresh(const IndexRange &indices);

    /// Records that a worker has answered these. Until the next answer, take() returns the counts
    /// of those that failed.
    void answered(const IndexRange &indices);
    /// Removes and returns the counts of an index that a worker has or has just answered. All are 0
    /// if it was not tried before.
    AttemptCounts take(std::uint64_t index);

private:
    using Counts = std::map<std::uint64_t, AttemptCounts>;

    std::deque<Waiting> m_waiting;
    std::deque<Waiting> m_earlier; ///< ascending, not sent yet
    Counts m_underWay;
    Counts m_answered; ///< by the last answer
};

static_assert(sizeof(Attempts::Waiting) == 16);

} // namespace poolscope
