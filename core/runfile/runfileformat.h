// SPDX-License-Identifier: GPL-3.0-or-later
// Run file format, version 2: the contents of a .poolscope file.
//
// The file is an SQLite database with the application id "Pool" and two tables.
//
// A file contains a session: one run, or several that were watched. `meta` contains JSON documents,
// each with its checksum:
//
//     session    the number of runs, which are numbered from 1
//     run N      the description of a run (RunDescription). A spec is the list of its arguments
//                (runArguments()), which are relative to the folder
//     progress N the progress of a run (RunProgress), rewritten by every transaction
//     label      the name and note of the session (RunLabel)
//
// `batches` contains what happened, and only grows. The batches of a run follow those of the run
// before. Each transaction appends the batches of one interval of time, so that after any
// transaction every span has its outcomes. The batches of a transaction are in this order, from
// which a Replay makes events:
//
//     kind        worker  first, count    data
//     Failures    0       0, failures     see batchcodec.h, as for the next four
//     Worker      its     0, 0            identity and cost, which replace those before
//     Spans       its     0, spans
//     ChunkTimes  its     0, 0            bytes of its ChunkTimeLog
//     Marks       0       0, marks
//     Reals       0       the indices     8 bytes each: doubles, little-endian
//     Integers    0       the indices     8 bytes each: 64 bits, signed, little-endian
//     Outcomes    0       the indices     other values, by wire::encodeKeptOutcome()
//     Part        0       0, 0            the next bytes of an Outcomes batch that follows
//     Log         0       0, lines        see batchcodec.h
//
// A checksum is the XXH3 of a batch's data, seeded with that of its other fields.
#pragma once

#include "events/origin.h"
#include "record/runprogress.h"
#include "result.h"
#include "runfile/sqlite.h"
#include "spec/taskfile.h"
#include "system/machine.h"
#include "wire/outcomecodec.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// The task and inputs of a run, its machine and its start.
struct RunDescription {
    Origin origin;
    std::uint64_t inputCount = 0; ///< 0 if more could arrive when the run began
    std::string inputHash; ///< of the first `inputsHashed` inputs. Empty if unknown
    std::uint64_t inputsHashed = 0;
    std::vector<TaskFile> taskFiles; ///< as they were when the run began
    std::string program; ///< "poolscope 0.1.0"
    Machine machine;
    std::int64_t startedAt = 0; ///< seconds since 1970
};

/// The user's name and note for a session.
struct RunLabel {
    std::string name;
    std::string note;
};

struct RunFileInfo {
    RunDescription description;
    RunProgress progress;
    RunLabel label; ///< of the session
    std::uint32_t run = 1; ///< number of the run in its session
    std::uint32_t runs = 1; ///< in the session

    /// The number of inputs so far.
    std::uint64_t inputCount() const
    {
        return std::max(description.inputCount, progress.inputsArrived);
    }
    bool isComplete() const
    {
        return progress.areInputsComplete && progress.settled() == inputCount();
    }
    /// False if the run does not come from a spec, is complete, has inputs that cannot be read
    /// again, or may have wrong values.
    bool canBeResumed() const
    {
        const RunSpec *spec = specOf(description.origin);
        return spec && !isComplete() && !isReadOnce(spec->input)
            && progress.state != RunState::WrongValues;
    }
};

enum class BatchKind : std::uint8_t {
    Reals = 1,
    Integers = 2,
    Outcomes = 3,
    Part = 4,
    Spans = 5,
    ChunkTimes = 6,
    Marks = 7,
    Worker = 8,
    Log = 9,
    Failures = 10,
};
inline constexpr std::uint8_t lastBatchKind = 10;

struct RecordBatch {
    std::uint64_t number = 0; ///< from 1, without gaps
    BatchKind kind = BatchKind::Reals;
    WorkerId worker = noWorker;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::string_view data;
};

namespace runfile {

inline constexpr int applicationId = 0x506f6f6c; // "Pool"
inline constexpr int version = 2;
inline constexpr int pageSize = 32 * 1024;
inline constexpr std::uint32_t mostRuns = 10'000; ///< in a file
/// The most bytes of outcomes that a writer puts into a batch.
inline constexpr std::size_t largestBatch = 1U << 20;

/// The statements that create the tables, as SQLite stores them.
inline constexpr const char *metaTable =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT, checksum INTEGER) WITHOUT ROWID";
inline constexpr const char *batchesTable =
    "CREATE TABLE batches(number INTEGER PRIMARY KEY, kind INTEGER, worker INTEGER, first INTEGER, "
    "count INTEGER, data BLOB, checksum INTEGER)";

std::int64_t checksum(const RecordBatch &batch);
std::int64_t checksum(std::string_view key, std::string_view value);

/// The key in `meta` of a document of one run: "run 1", "progress 1".
std::string keyOf(std::string_view document, std::uint32_t run);
std::string sessionText(std::uint32_t runs);
/// Returns the number of runs.
Result<std::uint32_t> sessionFrom(std::string_view text);
std::string descriptionText(const RunDescription &description);
Result<RunDescription> descriptionFrom(std::string_view text);
std::string progressText(const RunProgress &progress);
Result<RunProgress> progressFrom(std::string_view text);
std::string labelText(const RunLabel &label);
Result<RunLabel> labelFrom(std::string_view text);

/// "running", "completed", "cancelled", "failed", "halted" or "wrong values".
std::string_view stateName(RunState state);

} // namespace runfile

} // namespace poolscope
