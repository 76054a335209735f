// SPDX-License-Identifier: GPL-3.0-or-later
// Change: one setting of a run, and the value that a verdict advises for it.
#pragma once

#include "spec/runspec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

struct Change {
    enum class Setting : std::uint8_t {
        Chunk, ///< PoolSpec::chunk
        Window, ///< PoolSpec::window
        Workers, ///< PoolSpec::workers
        Environment, ///< the variable `name`, for the workers
        Unordered, ///< results are written as they arrive
        Start, ///< PoolSpec::start, set to copies
    };
    Setting setting = Setting::Chunk;
    std::optional<std::uint64_t> number = {}; ///< automatic if empty
    std::string name = {};
    std::string text = {}; ///< the variable's value

    friend bool operator==(const Change &, const Change &) = default;
};

/// Returns the spec with the changes, except those of the environment and of the order.
RunSpec changed(const RunSpec &spec, const std::vector<Change> &changes);

} // namespace poolscope
