// SPDX-License-Identifier: GPL-3.0-or-later
// UnderWay: the iteration that a run has been on longest, where that is worth a word.
#pragma once

#include "record/timeline.h"
#include "text/units.h"

#include <cstdint>
#include <optional>

namespace poolscope {

struct UnderWay {
    WorkerId worker = 0;
    std::uint64_t first = 0; ///< the input's index
    std::uint64_t count = 0; ///< 1; more: the worker is on one of these inputs
    Duration duration{};
    bool isSlow = false; ///< takes more than `slow` times as long as the median iteration

    static constexpr double slow = 10;
};

/// The longest of what workers are on, from one second on. Any thread.
std::optional<UnderWay> longestUnderWay(const Timeline &timeline);

} // namespace poolscope
