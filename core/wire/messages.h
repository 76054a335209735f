// SPDX-License-Identifier: GPL-3.0-or-later
// The protocol between the pool and a worker: the messages and their fields.
//
// A channel is two byte streams, one each way. A stream is a sequence of frames:
//
//     u32 length    of the body, in bytes
//     u8  type      a MessageType
//     body          the fields in the order of the structs below
//
// Integers and doubles are little-endian. A string is a u32 length and its bytes. Work::items,
// Done::values, Printed::text and WrongValues::reason are the rest of their body, without a length.
// Clocks are CLOCK_MONOTONIC of the worker's host, in nanoseconds.
//
// The order of messages:
//
//     worker                          pool
//     Hello                  ->
//                            <-       Setup
//     Ready (or Refused)     ->
//                            <-       Work, Work, ...
//     Done, ..., BatchReport ->                            repeatedly
//     Printed                ->                            repeatedly
//     WrongValues            ->                            if an earlier answer may be wrong
//     Returned               ->                            if requested on the status page
//                            <-       Continue             if a failure does not end the run
//                            <-       Goodbye              at the end
//     BatchReport, Goodbye   ->                            then the worker exits
//
// A worker runs chunks, and answers indices, in the order in which they were sent, except indices
// that it returns (see statuspage.h).
// After the Done of an input that has failed, a worker whose Setup has stopsAtFailure does not
// begin another input until it receives a Continue. That Done ends with the failure. A Goodbye
// takes effect before work that was not begun: inputs that the worker did not answer before its own
// Goodbye were not begun. A stream that ends without a Goodbye was cut.
//
// The process that loads the task once, and forks workers, receives a Setup, answers with Loaded
// (or Refused), and then receives a Fork for each worker. Each of these frames is one message of a
// SOCK_SEQPACKET socket. A forked worker exchanges the messages above on a channel of its own.
#pragma once

#include "wire/value.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::wire {

inline constexpr std::uint32_t magic = 0x434c5350; // "PSLC"
inline constexpr std::uint16_t protocolVersion = 10;

inline constexpr std::size_t frameHeaderSize = 5;
/// The longest body of any frame. Most types allow far less (see maxBodySize()).
inline constexpr std::uint32_t maxFrameBody = 1U << 30;

enum class MessageType : std::uint8_t {
    // pool to worker
    Setup = 1,
    Work = 2,
    PoolGoodbye = 3,
    Continue = 4,
    Fork = 5, // to the process that forks workers
    // worker to pool
    Hello = 16,
    Ready = 17,
    Refused = 18,
    Done = 19,
    BatchReport = 20,
    WorkerGoodbye = 21,
    Printed = 22,
    WrongValues = 23,
    Returned = 24,
    Loaded = 25, // from the process that forks workers
};

enum class TaskKind : std::uint8_t {
    Builtin = 0, ///< `target` is the name, `arguments` are the values after the colon
    Python = 1, ///< `target` is PythonTask::target, `arguments` is the initialiser
    Command = 2, ///< `words` are the argv of each process
    Shell = 3, ///< `target` is the script
    Filter = 4, ///< `words` are the argv of the filter
    Library = 5, ///< `target` is the library's path, `arguments` is the symbol
};

enum class InputKind : std::uint8_t {
    Range = 0, ///< index i is the integer rangeStart + i * rangeStep. Work has no items
    Items = 1, ///< Work has `count` strings
    Rows = 2, ///< Work has `count` strings, each of which contains a string for each column
};

struct Setup {
    std::uint32_t magic = wire::magic;
    std::uint16_t version = protocolVersion;
    WorkerId worker = noWorker;
    TaskKind task = TaskKind::Builtin;
    std::string target;
    std::string arguments;
    InputKind input = InputKind::Range;
    std::int64_t rangeStart = 0;
    std::int64_t rangeStep = 1;
    std::string columnPath; ///< the shared column of numbers. Empty to answer inline
    std::uint64_t columnCells = 0; ///< index i owns the 8 bytes of cell i % columnCells
    std::uint64_t columnOffset = 0; ///< bytes before its first cell, a multiple of the page size
    std::string statusPagePath; ///< the worker's status page. Empty if there is none
    std::vector<std::string> words;
    std::vector<std::string> columns; ///< names, for InputKind::Rows
    /// The longest time of an iteration, in nanoseconds. 0 for no limit. The pool enforces it, too.
    std::uint64_t timeout = 0;
    std::uint64_t outputLimit = 0; ///< bytes that a program may print for one input
    bool keepsValues = true; ///< if not, output beyond the limit is dropped and is not a failure
    bool stopsAtFailure = false; ///< see Continue, above
};

struct Work {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    /// The strings of InputKind::Items and Rows, each as u32 length and bytes. For a Python task
    /// they are in the groups of pythonitems.h.
    std::string_view items;
};

struct Hello {
    std::uint32_t magic = wire::magic;
    std::uint16_t version = protocolVersion;
    std::uint32_t pid = 0;
    std::string host;
    std::string runtime; ///< "C++", "Python 3.11.2", ...
    std::uint64_t clock = 0; ///< when the message was sent
};

/// The cost of loading a task, such as importing its file.
struct LoadCost {
    std::uint64_t duration = 0; ///< nanoseconds
    std::uint64_t cpu = 0; ///< nanoseconds
    std::uint64_t memory = 0; ///< bytes that it added to the process

    friend bool operator==(const LoadCost &, const LoadCost &) = default;
};

struct Ready {
    std::uint64_t clock = 0; ///< when task and interpreter were ready for work
    LoadCost loading = {}; ///< all zero if the task was copied, or loading was not measured
};

struct Refused {
    Failure reason;
};

enum class Store : std::uint8_t {
    ColumnReal = 0, ///< doubles that the worker has written to the column
    ColumnInteger = 1, ///< 64-bit integers that the worker has written to the column
    Inline = 2, ///< `values` contains `count` encoded outcomes
};

/// A span, which is consecutive indices of one chunk that were run back to back, and its outcomes.
struct Done {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    Store store = Store::Inline;
    std::uint64_t begun = 0;
    std::uint64_t duration = 0; ///< nanoseconds
    std::string_view values;
};

/// Ends a batch of Done messages that were written together.
struct BatchReport {
    std::uint64_t received = 0; ///< when the chunk that was begun last was received
    std::uint64_t answered = 0; ///< when this batch was written
    std::uint64_t cpu = 0; ///< CPU time of the worker since its start, nanoseconds
    std::uint64_t runQueue = 0; ///< time it waited for a CPU since its start, nanoseconds
    std::uint64_t maxRss = 0; ///< its largest resident set so far, bytes
    std::uint64_t decoding = 0; ///< time for which it decoded inputs since its start, nanoseconds
};

enum class Stream : std::uint8_t {
    Output = 1, ///< the task's standard output
    Error = 2, ///< its standard error
};

/// The output of the task on an index, as far as the worker can see it. Output of a library or
/// another process is on the worker's standard error instead.
struct Printed {
    std::uint64_t index = 0;
    Stream stream = Stream::Output;
    std::string_view text; ///< need not be whole lines
};

/// Ends the run: values that the worker has sent may belong to other inputs.
struct WrongValues {
    std::string_view reason; ///< names the first input whose value may be wrong
};

/// Answers a request on the status page: the worker does not begin inputs at this position or
/// beyond that were sent before the request.
struct Returned {
    std::uint64_t position = 0; ///< number of inputs that were sent to the worker before
};

/// Requests a worker. The message has three descriptors: the worker's channel, one for the worker's
/// output, and the lifeline of its keeper (lifeline.h).
struct Fork {
    WorkerId worker = noWorker;
};

/// The task is loaded.
struct Loaded {
    LoadCost loading = {};
    std::string obstacle; ///< why workers cannot be forked, in one line. Empty if they can
};

struct PoolGoodbye { };

struct Continue { };

struct WorkerGoodbye { };

} // namespace poolscope::wire
