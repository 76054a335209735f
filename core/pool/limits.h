// SPDX-License-Identifier: GPL-3.0-or-later
// Limits: the most time and memory of an iteration, and whether a worker exceeds them.
#pragma once

#include "pool/statuspage.h"
#include "spec/runspec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// A limit that a worker exceeds.
struct Excess {
    std::string_view kind; ///< failureTimeout or failureMemory
    std::string message; ///< one line
    IndexRange indices; ///< the worker was on one of these. Count is 0 if on none
    std::uint64_t memory = 0; ///< bytes in use. 0 if unknown
};

/// Nanoseconds of one iteration after which the pool kills its worker. Nothing if never. Workers
/// that run programs have more time, since they end these programs themselves.
std::optional<std::uint64_t> patienceWithIteration(const RunSpec &spec);

/// Returns the excess if the worker has been on its batch for longer than `patience`, at `clock` of
/// CLOCK_MONOTONIC.
std::optional<Excess> timeExcess(
    const RunSpec &spec, std::uint64_t patience, const RunningBatch &running, std::uint64_t clock);

/// The processes whose memory was counted.
enum class Counted : std::uint8_t { Worker, WorkerAndOthers };

/// Returns the excess of counted processes that use `bytes`, which is more than the limit.
Excess memoryExcess(
    const RunSpec &spec, const IndexRange &running, std::uint64_t bytes, Counted counted);

} // namespace poolscope
