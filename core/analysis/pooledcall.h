// SPDX-License-Identifier: GPL-3.0-or-later
// PooledCall: the figures of a call of a watched pool, and how fast it would be with other chunks
// or another number of processes.
//
// A pool of Python has two stages: the process that made the call pickles, writes, receives and
// hands out; the workers unpickle, compute, pickle and send. A chunk costs either of them a fixed
// time, and an input adds some. The slower stage decides. Parent and workers also share the cores.
// A sample of the chunks was timed, and times contain waiting for the interpreter lock, so that
// each prediction is a range: with the shortest costs that the record allows, and with the longest.
#pragma once

#include "analysis/accounting.h"
#include "record/runrecord.h"
#include "text/units.h"

#include <cstdint>
#include <optional>
#include <string>

namespace poolscope {

struct PooledCall {
    std::string place; ///< "post.py:9"; empty if unknown
    std::string pool; ///< "multiprocessing.Pool"
    std::string method; ///< "imap"
    std::string function; ///< "task"
    bool hasThreads = false; ///< instead of processes
    bool isForked = false; ///< processes are copies of the parent, and begin at once
    bool picklesSlowly = false; ///< with a pickler that is written in Python
    std::uint32_t processes = 0;
    std::uint32_t cores = 0; ///< usable cores, 0 if unknown
    std::uint64_t inputs = 0; ///< that have outcomes
    std::uint64_t failed = 0; ///< of the inputs
    std::uint64_t chunks = 0;
    std::uint64_t chunk = 1; ///< inputs of a chunk
    Duration makespan{};
    Duration elapsed{}; ///< until the user's loop had all results, if that was longer
    Duration firstBegun{}; ///< from the call to the first input
    CauseTimes times; ///< of the workers; their sum is workers x makespan
    Duration busy{}; ///< worker time within iterations
    Duration longestIteration{};
    Duration longestChunk{};
    std::uint32_t threads = 0; ///< the most within a worker, 0 if unknown
    Duration threadRunQueue{}; ///< for which all threads but the workers' first waited for a core
    Duration parentCpu{};

    /// Means for each chunk that was timed.
    struct ChunkCosts {
        // In the process that made the call:
        Duration pickling{};
        Duration writing{}; ///< and waiting for room, or the interpreter lock
        Duration unpicklingResults{};
        double bytesOut = 0;
        double bytesBack = 0;
        // In a worker:
        Duration unpickling{};
        Duration picklingResults{};
        Duration sending{}; ///< and waiting for room
    };
    ChunkCosts costs;
    bool hasCosts = false; ///< a chunk was timed
    Duration functionPickling{};
    double functionBytes = 0; ///< 0 if unknown
    bool functionIsByValue = false;

    // The user's loop over results:
    std::uint64_t consumed = 0; ///< 0 if there is no such loop
    Duration loopWaited{};
    Duration loopUsed{};

    // A loop that takes results in the order of inputs:
    std::uint64_t mostHeldBack = 0;
    Duration meanHeldBack{};

    /// Whether the method has a parameter for the size of chunks.
    bool takesChunks() const;
    /// Whether results come in the order of inputs.
    bool isInOrder() const;
    Duration perInput(Duration ofChunk) const { return ofChunk / static_cast<double>(chunk); }
    Duration iteration() const; ///< the mean
    Duration computing() const; ///< of an iteration, on a core
    Duration waiting() const; ///< of an iteration
    /// Whether threads compute one at a time: together they used about one core.
    bool waitsForInterpreter() const;
    /// Whether the CPU time of the parent process is known: a short call is seen too rarely.
    bool hasParentCpu() const;
    Duration noPool() const; ///< all iterations, one after the other in one process
    double rate() const; ///< inputs per second
};

PooledCall pooledCallOf(const RunRecord &record, const Accounting &accounting, std::uint32_t cores);

struct CallSettings {
    std::uint64_t chunk = 1;
    std::uint32_t processes = 1;
};

/// Inputs per second.
struct ExpectedRate {
    double low = 0;
    double high = 0;

    double middle() const;
    /// Whether the range is so wide that only its lower end is worth a word.
    bool isWide() const { return high > widest * low; }

    static constexpr double widest = 3;
};

/// The rate of the same call with other settings. The pool of threads is left as it is.
ExpectedRate expectedRate(const PooledCall &call, const CallSettings &settings);

/// The smallest power of two that reaches nearly the best rate, and leaves several chunks for each
/// worker.
std::uint64_t bestChunk(const PooledCall &call);

} // namespace poolscope
