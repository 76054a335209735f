// SPDX-License-Identifier: GPL-3.0-or-later
// The calls of a watched command by the line of code that made them.
#pragma once

#include "events/origin.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace poolscope {

/// A call of a session, as far as it matters to a list of calls.
struct ListedCall {
    const WatchedCall *call = nullptr; ///< null if the run is not one of a watched command
    std::uint64_t inputs = 0;
    bool mayGrow = false; ///< whether more inputs may come
    bool hasFailures = false;
};

/// The calls of one pool method and function from one line of code.
struct CallsOfLine {
    std::vector<std::size_t> calls; ///< positions in the session, in ascending order
    /// Whether the line stands at the end of the list and may be folded: its calls had fewer than 8
    /// inputs in all, and none failed.
    bool isMinor = false;
};

/// Returns the lines in the order of their first calls, and minor lines after all others. No line
/// is minor if all would be. A run without a call has a line of its own.
std::vector<CallsOfLine> callsByLine(std::span<const ListedCall> calls);

} // namespace poolscope
