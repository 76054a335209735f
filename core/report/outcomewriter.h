// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeWriter: writes the outcomes of a run to a file whose ending names its format.
//
//     .csv     columns index, value, failure; RFC 4180, but lines end in LF, as line tools expect
//     .jsonl   a JSON object for each index
//     .txt     a value for each line, an empty line for a failed index; a value that holds line
//              breaks takes several lines
//     .npy     NumPy array of 64-bit integers (true and false are 1 and 0), or of doubles as soon
//              as one value is (a failed index and null are NaN); numbers only
//
// A file appears under its name only when finish() succeeds; until then, and after any error,
// what stood there before stands there still. An error is final: every later call returns it.
// A pipe or device (or a link to one) is written directly, except by .npy, which refuses it; its
// owner ignores SIGPIPE. The writer keeps no outcome in memory.
#pragma once

#include "record/outcomestore.h"
#include "result.h"
#include "system/atomicfile.h"
#include "wire/value.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

namespace poolscope {

class OutcomeWriter {
public:
    virtual ~OutcomeWriter() = default;

    /// Adds the outcome of `index`. Outcomes are written in the order of the calls; .txt and .npy
    /// have no index of their own, so they are told apart by that order alone.
    virtual Result<void> write(std::uint64_t index, const OutcomeView &outcome) = 0;

    /// Adds values[0] as the outcome of index `first`, and so on. A .npy file takes them in one
    /// piece.
    virtual Result<void> writeIntegers(std::uint64_t first, std::span<const std::int64_t> values);
    virtual Result<void> writeReals(std::uint64_t first, std::span<const double> values);

    /// A file for the numbers of this many inputs. All outcomes must then be written in the order
    /// of indices; writeIntegers() and writeReals() assume that their numbers are in it. Most
    /// writers return nothing.
    virtual std::optional<ColumnFile> columnFor(std::uint64_t inputs);

    /// Flushes, and puts the file under its name.
    virtual Result<void> finish() = 0;
};

/// Opens a writer for `path`. Fails, with nothing created, on an unknown ending (the message names
/// the known ones) or where the file cannot be written.
/// `room` as AtomicFile has it.
Result<std::unique_ptr<OutcomeWriter>> openOutcomeWriter(
    const std::filesystem::path &path, WaitForRoom room = {});

/// Whether files of this name have a place for the reason of a failure.
bool hasPlaceForReasons(const std::filesystem::path &path);

} // namespace poolscope
