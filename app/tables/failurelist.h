// SPDX-License-Identifier: GPL-3.0-or-later
// FailureList: the inputs that count as failed now, in the order in which they failed.
//
// Read from the timeline's marks, a share of them at a time. An input that is tried again leaves
// the list, and comes back at its end if it fails once more.
#pragma once

#include "record/timeline.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope {

class FailureList {
public:
    struct Failure {
        std::uint64_t index = 0;
        Mark::Kind kind = Mark::Kind::Failed; ///< Failed, Quarantined or GivenUp
    };
    enum class Change {
        None,
        Grown, ///< at its end alone
        Shrunk, ///< and perhaps grown, too
    };

    /// What advance() reads in about a millisecond.
    static constexpr std::size_t marksPerUpdate = 200'000;

    void clear();
    /// Takes in at most `mostMarks` of what is new.
    Change advance(const Timeline &timeline, std::size_t mostMarks);
    /// Whether all was taken in.
    bool isComplete(const Timeline &timeline) const
    {
        return m_marksRead == timeline.marks().size();
    }

    std::size_t size() const { return m_failures.size(); }
    const Failure &operator[](std::size_t position) const { return m_failures[position]; }

private:
    void remove(const std::vector<std::uint64_t> &reopened);

    std::vector<Failure> m_failures;
    std::size_t m_marksRead = 0;
};

} // namespace poolscope
