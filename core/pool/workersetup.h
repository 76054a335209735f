// SPDX-License-Identifier: GPL-3.0-or-later
// The Setup message, which a worker receives before its first input, from the spec of a run.
#pragma once

#include "spec/runspec.h"
#include "wire/messages.h"

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope {

/// The file in which workers store numbers: a ring of `cells` cells of 8 bytes at `path`, after
/// `offset` other bytes.
struct ColumnRing {
    std::string path;
    std::uint64_t cells = 0;
    std::uint64_t offset = 0;
};

/// Returns the message for all workers, without the number and the status page of a worker.
/// `columns` are the names of the columns if inputs are rows.
wire::Setup setupFor(
    const RunSpec &spec, const ColumnRing &column, std::vector<std::string> columns);

} // namespace poolscope
