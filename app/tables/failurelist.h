// SPDX-License-Identifier: GPL-3.0-or-later
// FailureList: the inputs of a run that are failed at present, in the order in which they failed.
//
// advance() reads the marks of the timeline, some at a time. An input that is retried is removed
// from the list, and is appended again if it fails again.
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
        Grown, ///< failures were appended
        Shrunk, ///< failures were removed, and perhaps others appended
    };

    /// The number of marks that advance() reads in about a millisecond.
    static constexpr std::size_t marksPerUpdate = 200'000;

    void clear();
    /// Reads at most `mostMarks` new marks.
    Change advance(const Timeline &timeline, std::size_t mostMarks);
    /// Whether all marks were read.
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
