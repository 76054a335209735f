// SPDX-License-Identifier: GPL-3.0-or-later
// Attempts: how often each index has failed, and which of them wait for another attempt.
//
// An index takes 16 bytes while it waits, and some more while a worker has it. The counts of an
// index whose outcome is final are removed with the next answer at the latest. One thread.
#pragma once

#include "spec/indexrange.h"

#include <cstdint>
#include <deque>
#include <map>

namespace poolscope {

/// How often one index was tried and failed.
struct AttemptCounts {
    static constexpr std::uint32_t mostEarlier = (1U << 24U) - 1;

    /// The counts of an index that was tried so often before.
    static AttemptCounts after(std::uint32_t attempts);

    std::uint64_t failures : 20 = 0; ///< at most maxRetries + 1
    std::uint64_t deaths : 20 = 0; ///< of workers; at most maxRetries + 2
    std::uint64_t earlier : 24 = 0; ///< before the run was resumed, or the user had it tried again

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
    std::uint32_t deaths = 0; ///< of these, ended with the worker's death

    friend bool operator==(const TriedIndex &, const TriedIndex &) = default;
};

class Attempts {
public:
    struct Waiting {
        std::uint64_t index = 0;
        AttemptCounts counts;
    };

    /// Records how often an index has failed that will be sent for the first time. To be called in
    /// ascending order, before any index is sent.
    void addEarlier(const TriedIndex &tried);

    /// Has the index tried again, after those that wait already.
    void enqueue(std::uint64_t index, const AttemptCounts &counts);
    const std::deque<Waiting> &waiting() const { return m_waiting; }
    /// Removes the first index that waits, which the caller sends to a worker, and returns it.
    std::uint64_t sendNext();
    /// Notes that these are sent to a worker for the first time. To be called in ascending order.
    void sentFresh(const IndexRange &indices);

    /// Notes that a worker has answered these. take() returns the counts of those that failed until
    /// the next answer.
    void answered(const IndexRange &indices);
    /// Removes and returns the counts of an index that a worker has or has just answered. All are 0
    /// if it was not tried before.
    AttemptCounts take(std::uint64_t index);

private:
    using Counts = std::map<std::uint64_t, AttemptCounts>;

    std::deque<Waiting> m_waiting;
    std::deque<Waiting> m_earlier; ///< ascending; not sent yet
    Counts m_underWay;
    Counts m_answered; ///< by the last answer
};

static_assert(sizeof(Attempts::Waiting) == 16);

} // namespace poolscope
