// SPDX-License-Identifier: GPL-3.0-or-later
// A run that is read from a file of another kind than the run file, as plain data, and what makes
// a record of it, through the same recorder that a live run has.
//
// The plain data may be anything: what no run can have done fails, or is cut to what one can.
#pragma once

#include "result.h"
#include "runfile/runfileload.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// More iterations than that are not read: their outcomes would take too much memory.
inline constexpr std::uint64_t mostImportedIterations = 1ULL << 27;
inline constexpr std::size_t mostImportedWorkers = 16'384;
inline constexpr const char *farTimesText =
    "it goes on for more than 18 years, so its times cannot be right";

/// Whether times, in nanoseconds, are more than 18 years from the middle one of some, so that they
/// cannot be right.
class FarTimes {
public:
    explicit FarTimes(std::vector<std::int64_t> times)
    {
        if (times.empty())
            return;
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        m_middle = *middle;
    }

    bool contains(std::int64_t time) const
    {
        constexpr std::int64_t far = 1LL << 59;
        std::int64_t distance = 0;
        return __builtin_sub_overflow(time, m_middle, &distance) || distance > far
            || distance < -far;
    }

private:
    std::int64_t m_middle = 0;
};

struct ImportedSpan {
    WorkerId worker = 0; ///< from 1
    Span span;
};

struct ImportedChunk {
    WorkerId worker = 0;
    ChunkTimes chunkTimes; ///< begun and ended follow from its spans
};

struct ImportedWorker {
    WorkerIdentity identity;
    WorkerUsage usage;
    WorkerUsage setUp; ///< of it, until the worker was ready
    ThreadUsage threads;
    TaskLoading loading = {};
    std::string name; ///< as RunRecord::workerName() has it; may be empty
};

struct ImportedRun {
    std::string source; ///< as RunRecord has it
    RunSpec spec;
    std::string host;
    std::uint32_t cores = 0; ///< that could be used; 0: unknown
    CoordinatorUsage coordinator;
    std::int64_t startedAt = 0; ///< seconds since 1970; 0: unknown
    std::uint64_t inputCount = 0;
    bool areInputsComplete = true;
    std::vector<std::string> inputs; ///< their texts; empty: as the spec has them
    std::vector<ImportedWorker> workers;
    std::vector<ImportedSpan> spans; ///< in any order
    std::vector<ImportedChunk> chunks; ///< the same
    std::vector<Mark> marks; ///< the same; without any, a worker is there from its first span on
    std::map<std::uint64_t, Failure> failures; ///< by index; each has a mark of its own, too
    std::uint64_t firstDispatch = 0; ///< 0: the first span's begin
    std::uint64_t lastOutcome = 0; ///< where that is later than the last span's end
    ImportNotes importNotes;
    std::vector<std::string> notes; ///< for the log, before those
};

Result<LoadedRun> makeRecord(ImportedRun run);

} // namespace poolscope
