// SPDX-License-Identifier: GPL-3.0-or-later
// CallChange: a setting of calls in a watched program that is changed from outside.
#pragma once

#include "result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope {

struct CallChange {
    std::string setting; ///< "chunksize" or "processes"
    std::uint64_t value = 1;
    std::string place = {}; ///< of the calls in the code: "post.py:9". Empty if there is one place

    friend bool operator==(const CallChange &, const CallChange &) = default;
};

/// Reads NAME=VALUE[@FILE:LINE], such as "chunksize=64@post.py:9". Fails unless the setting can be
/// changed to the value.
Result<CallChange> parseCallChange(const std::string &argument);

/// Returns the argument that parseCallChange() reads.
std::string argumentOf(const CallChange &change);

/// Adds changes to arguments, in place of those for the same setting and place.
std::vector<std::string> withChanges(
    std::vector<std::string> arguments, const std::vector<CallChange> &changes);

} // namespace poolscope
