// SPDX-License-Identifier: GPL-3.0-or-later
// Limits: what an iteration may take, and whether a worker is over it.
#pragma once

#include "pool/statuspage.h"
#include "spec/runspec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// A limit that a worker is over.
struct Excess {
    std::string_view kind; ///< failureTimeout or failureMemory
    std::string message; ///< one line
    IndexRange indices; ///< one of which it was on; count 0: on none
    std::uint64_t memory = 0; ///< bytes that it took. 0 if unknown
};

/// Nanoseconds after which the pool kills a worker that is on one iteration. Nothing if never.
/// Workers that run commands and filters end these themselves, and are left some time for it.
std::optional<std::uint64_t> patienceWithIteration(const RunSpec &spec);

/// Whether the worker has been on its batch for longer than `patience`, at `clock` of
/// CLOCK_MONOTONIC.
std::optional<Excess> timeExcess(
    const RunSpec &spec, std::uint64_t patience, const RunningBatch &running, std::uint64_t clock);

/// The processes whose memory was counted.
enum class Counted : std::uint8_t { Worker, WorkerAndOthers };

/// That what was counted takes `bytes`, which is over the limit.
Excess memoryExcess(
    const RunSpec &spec, const IndexRange &running, std::uint64_t bytes, Counted counted);

} // namespace poolscope
