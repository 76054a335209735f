// SPDX-License-Identifier: GPL-3.0-or-later
// UnderWay: the iteration that a run has been on longest, where that is worth a word.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <optional>
#include <string>

namespace poolscope {

struct UnderWay {
    WorkerId worker = 0;
    std::uint64_t first = 0; ///< the input's index
    std::uint64_t count = 0; ///< 1; more: the worker is on one of these inputs
    double duration = 0; ///< seconds
    bool isSlow = false; ///< it takes more than ten times as long as the median iteration
};

/// The longest of what workers are on, from one second on. Any thread.
std::optional<UnderWay> longestUnderWay(const Timeline &timeline);

/// "longest: input 17, 12 s", and how it compares with the others where it is slow.
std::string underWayText(const UnderWay &underWay);

} // namespace poolscope
