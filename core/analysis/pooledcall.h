// SPDX-License-Identifier: GPL-3.0-or-later
// PooledCall: the figures of a call of a watched pool, from its record.
#pragma once

#include "analysis/accounting.h"
#include "record/runrecord.h"
#include "spec/callchange.h"
#include "text/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

struct PooledCall {
    std::string place; ///< "post.py:9"; empty if unknown
    std::string poolPlace; ///< where the pool was made; empty if unknown
    std::string pool; ///< "multiprocessing.Pool"
    std::string method; ///< "imap"
    std::string function; ///< "task"
    bool hasThreads = false; ///< instead of processes
    bool isForked = false; ///< processes are copies of the parent, and start at once
    bool picklesSlowly = false; ///< with a pickler that is written in Python
    std::uint32_t processes = 0;
    std::uint32_t cores = 0; ///< usable cores, 0 if unknown
    std::uint64_t inputs = 0; ///< inputs with an outcome
    std::uint64_t failed = 0; ///< of the inputs
    std::uint64_t chunks = 0;
    std::uint64_t chunk = 1; ///< inputs of a chunk
    Duration makespan{};
    Duration elapsed{}; ///< the makespan, or the time of the user's loop if that is longer
    Duration firstBegun{}; ///< from the call to the first input
    CauseTimes times; ///< of the workers; their sum is workers x makespan
    Duration busy{}; ///< worker time within iterations
    Duration longestIteration{};
    Duration longestChunk{};
    std::uint32_t threads = 0; ///< the most within a worker, 0 if unknown
    Duration threadRunQueue{}; ///< waiting for a core, of all threads but the first of each worker
    Duration parentCpu{};

    /// The mean costs of a chunk, of the chunks that were timed.
    struct ChunkCosts {
        // In the process that made the call:
        Duration pickling{};
        Duration writing{}; ///< including waits for room and for the interpreter lock
        Duration unpicklingResults{};
        double bytesOut = 0;
        double bytesBack = 0;
        // In a worker:
        Duration unpickling{};
        Duration picklingResults{};
        Duration sending{}; ///< including waits for room
    };
    ChunkCosts costs;
    bool hasCosts = false; ///< at least one chunk was timed
    Duration functionPickling{};
    double functionBytes = 0; ///< 0 if unknown
    bool functionIsByValue = false;

    // The user's loop over results:
    std::uint64_t consumed = 0; ///< 0 if there is no such loop
    Duration loopWaited{};
    Duration loopUsed{};

    // Results that a loop in the order of inputs could not read yet:
    std::uint64_t mostHeldBack = 0;
    Duration meanHeldBack{};

    /// Returns whether the method has a parameter for the size of chunks.
    bool takesChunks() const;
    /// Returns whether results arrive in the order of inputs.
    bool isInOrder() const;
    Duration perInput(Duration ofChunk) const { return ofChunk / static_cast<double>(chunk); }
    Duration iteration() const; ///< mean
    Duration computing() const; ///< mean of an iteration, on a core
    Duration waiting() const; ///< mean of an iteration
    /// Returns whether threads compute one at a time, and so use about one core together.
    bool waitsForInterpreter() const;
    /// Returns whether the parent's CPU time is known. It is sampled too rarely for a short call.
    bool hasParentCpu() const;
    Duration noPool() const; ///< all iterations in turn, in one process
    double rate() const; ///< inputs per second
};

/// Returns the changes that have the call made with these settings. Nothing for a setting that
/// stays.
std::vector<CallChange> changesOf(const PooledCall &call, std::optional<std::uint64_t> chunk,
    std::optional<std::uint32_t> processes);

PooledCall pooledCallOf(const RunRecord &record, const Accounting &accounting, std::uint32_t cores);

} // namespace poolscope
