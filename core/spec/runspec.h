// SPDX-License-Identifier: GPL-3.0-or-later
// RunSpec: the description of a run, as plain data. The window edits it, the command line is parsed
// into it, and a run file stores it.
#pragma once

#include "spec/inputspec.h"
#include "spec/taskspec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

inline constexpr std::uint32_t maxWorkers = 1024;
inline constexpr std::uint64_t maxChunk = 1ULL << 30;
inline constexpr std::uint64_t maxWindow = 1ULL << 20;
inline constexpr std::uint32_t maxRetries = 1'000'000;
inline constexpr double maxTimeout = 1e7; // seconds
inline constexpr std::uint64_t defaultOutputLimit = 64 << 20; // bytes
inline constexpr std::uint64_t maxOutputLimit = 1023 << 20; // with its frame, a value fits 1 GiB

/// The method by which the workers of a Python function start.
enum class WorkerStart : std::uint8_t {
    Spawn, ///< as new interpreters, each of which loads the task
    Fork, ///< as copies of a process that has loaded it
};

/// Returns the word for a method on the command line and in files.
inline std::string_view workerStartWord(WorkerStart start)
{
    return start == WorkerStart::Fork ? "fork" : "spawn";
}

/// Returns the method of such a word. Nothing for other words.
inline std::optional<WorkerStart> workerStartFrom(std::string_view word)
{
    for (const WorkerStart start : {WorkerStart::Spawn, WorkerStart::Fork}) {
        if (word == workerStartWord(start))
            return start;
    }
    return std::nullopt;
}

struct PoolSpec {
    std::optional<std::uint32_t> workers; ///< 1 to maxWorkers. Nothing for usableCores()
    std::optional<std::uint64_t> chunk; ///< inputs, 1 to maxChunk. Nothing if automatic
    std::optional<std::uint64_t> window; ///< chunks of a worker at a time. Nothing if automatic
    std::uint32_t retries = 0; ///< further attempts at an index whose task failed
    std::optional<double> timeout = {}; ///< seconds that an iteration may take, above 0
    std::optional<std::uint64_t> memoryLimit = {}; ///< bytes of a worker and its processes
    /// Bytes that a program may print for one input, 1 to maxOutputLimit.
    std::uint64_t outputLimit = defaultOutputLimit;
    std::optional<std::uint64_t> recycle = {}; ///< iterations after which a worker is replaced
    std::optional<std::uint64_t> halt = {}; ///< failures after which the run ends
    WorkerStart start = WorkerStart::Spawn; ///< has an effect only for a Python function
};

struct RunSpec {
    TaskSpec task;
    InputSpec input;
    PoolSpec pool;
    /// PYTHONHASHSEED of the workers of a Python function, so that all of them have the same
    /// hashes, also when the run is resumed. Empty if not chosen yet.
    std::string hashSeed = {};
};

} // namespace poolscope
