// SPDX-License-Identifier: GPL-3.0-or-later
// Origin: where a run comes from. Only a run that comes from a spec can be started, resumed or
// swept; others are records of what another program did.
#pragma once

#include "events/importnotes.h"
#include "events/parenttimes.h"
#include "events/types.h"
#include "spec/runspec.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace poolscope {

struct SpecOrigin {
    RunSpec spec;
    std::string folder; ///< absolute; relative names in the spec start from it
};

/// Measurements of a call of a pool, in nanoseconds and bytes. Sums over `chunks`, `results`
/// and `tasks`, which may be some of all that there were.
struct CallCost {
    // In the process that made the call:
    std::uint64_t chunks = 0; ///< that were sent
    std::uint64_t pickling = 0;
    std::uint64_t writing = 0; ///< to the pipe, and waiting for the interpreter lock
    std::uint64_t bytesOut = 0;
    std::uint64_t results = 0; ///< messages that were received
    std::uint64_t unpicklingResults = 0;
    std::uint64_t bytesBack = 0;
    std::uint64_t consumed = 0; ///< results that the user's loop took
    std::uint64_t loopWaited = 0; ///< the loop waited for results
    std::uint64_t loopUsed = 0; ///< the loop did something else
    // In the workers:
    std::uint64_t tasks = 0; ///< chunks that were measured
    std::uint64_t lockWaits = 0; ///< waiting for the lock of the pipe
    std::uint64_t unpickling = 0;
    std::uint64_t picklingResults = 0;
    std::uint64_t sending = 0;
    // The function, as it is pickled with each chunk:
    std::uint64_t functionBytes = 0; ///< 0 if it was not measured
    std::uint64_t functionPickling = 0;
    std::uint64_t functionIsByValue = 0; ///< 1 if its code is pickled
    // The record:
    std::uint64_t lostInputs = 0; ///< inputs of which only the number is known
    std::uint64_t hooks = 0; ///< time that recording took in all processes, an estimate
};

/// One call of a pool, such as map() or imap(), in a command that was watched.
struct WatchedCall {
    std::vector<std::string> command; ///< its words
    std::string folder; ///< absolute; the command was started in it
    std::string pool; ///< "multiprocessing.Pool"
    std::string startMethod; ///< "fork", "spawn", "forkserver" or "thread"; empty if unknown
    std::uint32_t processes = 0; ///< that the pool was made with
    std::string method; ///< "imap"
    std::string function; ///< "task"
    std::string file; ///< of the user's code, absolute; empty if unknown
    std::uint64_t line = 0; ///< in the file
    std::string poolFile; ///< the file in which the pool was made; empty if unknown
    std::uint64_t poolLine = 0;
    std::uint64_t chunk = 1; ///< inputs of a chunk
    std::uint64_t begin = 0; ///< nanoseconds from the start of the command to the call
    CallCost cost;
    ParentTimes parent;
    /// By index, the texts of inputs that failed or took long, if they were asked for.
    std::map<std::uint64_t, std::string> inputTexts;
};

/// A file that another program wrote. It has no values.
struct ImportedFile {
    std::string name; ///< what it is: "jobs.joblog, of GNU parallel"
    ImportNotes notes;
    std::vector<std::string> workerNames; ///< by worker, from 1; may be shorter or have empty names
};

using Origin = std::variant<SpecOrigin, WatchedCall, ImportedFile>;

/// Null if the run does not come from a spec.
const RunSpec *specOf(const Origin &origin);
RunSpec *specOf(Origin &origin);
inline bool isImported(const Origin &origin)
{
    return std::holds_alternative<ImportedFile>(origin);
}
inline bool isWatched(const Origin &origin)
{
    return std::holds_alternative<WatchedCall>(origin);
}
/// The folder in which the run was started, or empty if it is unknown.
std::string folderOf(const Origin &origin);
/// The settings of the pool, as far as they are known.
PoolSpec poolOf(const Origin &origin);
/// "worker 3", or the name that an imported file has for it.
std::string workerName(const Origin &origin, WorkerId worker);
/// "imap(task)".
std::string callName(const WatchedCall &call);
/// Whether two calls are of one method and from one line of code.
bool areFromOneLine(const WatchedCall &a, const WatchedCall &b);
/// "post.py:9". Empty if the file is unknown.
std::string placeInCode(const WatchedCall &call);
/// Where the pool of the call was made: "post.py:8". Empty if the file is unknown.
std::string placeOfPool(const WatchedCall &call);
/// One line on a run that does not come from a spec, such as "jobs.joblog, of GNU parallel" or
/// "imap(task) at post.py:9, watched". Empty for others.
std::string originText(const Origin &origin);

} // namespace poolscope
