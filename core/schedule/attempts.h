// SPDX-License-Identifier: GPL-3.0-or-later
// Attempts: how often indices were tried in vain, and which of them wait for another attempt.
//
// An index takes 16 bytes while it waits, and some more while a worker has it. Nothing is kept of
// an index whose outcome is final, beyond the next answer. One thread.
#pragma once

#include "schedule/indexrange.h"

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace poolscope {

struct AttemptCounts {
    static constexpr std::uint32_t mostEarlier = (1U << 24U) - 1;

    /// Of an index that was tried so often before.
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

/// An index that was tried in vain.
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

    /// Before any index is sent, in ascending order: an index that is sent for the first time has
    /// failed so often before.
    void addEarlier(const TriedIndex &tried);

    /// Has the index tried again, after those that wait already.
    void enqueue(std::uint64_t index, const AttemptCounts &counts);
    const std::deque<Waiting> &waiting() const { return m_waiting; }
    /// Takes the first of those that wait, which a worker has from now on.
    std::uint64_t sendNext();
    /// A worker has these from now on, which are sent for the first time and in ascending order.
    void sentFresh(const IndexRange &indices);

    /// A worker has answered these. The counts of those that it failed on can be had by take()
    /// until the next answer.
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
