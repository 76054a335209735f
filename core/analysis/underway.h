// SPDX-License-Identifier: GPL-3.0-or-later
// UnderWay: the iteration under way that has run longest, if it is worth reporting.
#pragma once

#include "record/timeline.h"
#include "text/units.h"

#include <cstdint>
#include <optional>

namespace poolscope {

struct UnderWay {
    WorkerId worker = noWorker;
    std::uint64_t first = 0; ///< index of the input
    std::uint64_t count = 0; ///< 1, or more if the worker is on one of these inputs
    Duration duration{};
    bool isSlow = false; ///< takes more than `slow` times as long as the median iteration

    static constexpr double slow = 10;
};

/// Returns the longest iteration under way, or nothing if none has run for a second. Any thread.
std::optional<UnderWay> longestUnderWay(const Timeline &timeline);

} // namespace poolscope
