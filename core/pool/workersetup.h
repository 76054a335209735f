// SPDX-License-Identifier: GPL-3.0-or-later
// What a worker is told before its first input: a run's spec as a Setup message.
#pragma once

#include "spec/runspec.h"
#include "wire/messages.h"

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope {

/// Where workers put numbers: `cells` cells of 8 bytes in the file at `path`, used as a ring, after
/// `offset` bytes of something else.
struct ColumnPlace {
    std::string path;
    std::uint64_t cells = 0;
    std::uint64_t offset = 0;
};

/// The same for all workers; the worker's number and its status page are left open. `columns` are
/// the names of those that the inputs have, where they are rows.
wire::Setup setupFor(
    const RunSpec &spec, const ColumnPlace &column, std::vector<std::string> columns);

} // namespace poolscope
