// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeWriter: writes the outcomes of a run to a file whose ending names its format.
//
//     .csv     columns index, value, failure; RFC 4180, but lines end in LF, as line tools expect
//     .jsonl   a JSON object for each index
//     .txt     a value for each line, an empty line for a failed index. A value with line
//              breaks takes several lines
//     .npy     NumPy array of 64-bit integers (true and false are 1 and 0), or of doubles as soon
//              as one value is (a failed index and null are NaN); numbers only
//
// A file appears under its name only when finish() succeeds. Until then, and after any error, a
// file that was there before stays unchanged. An error is final: every later call returns it. A
// pipe or device (or a link to one) is written directly, except by .npy, which refuses it. The
// caller ignores SIGPIPE. The writer stores no outcome in memory.
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

    /// Adds the outcome of `index`. Outcomes are written in the order of the calls. Files of .txt
    /// and .npy contain no index, so only this order identifies their outcomes.
    virtual Result<void> write(std::uint64_t index, const OutcomeView &outcome) = 0;

    /// Adds values[0] as the outcome of index `first`, and so on. A .npy file writes them at once.
    virtual Result<void> writeIntegers(std::uint64_t first, std::span<const std::int64_t> values);
    virtual Result<void> writeReals(std::uint64_t first, std::span<const double> values);

    /// Returns a file in which workers store the numbers of this many inputs, or nothing, as most
    /// writers do. All outcomes must then be written in the order of indices, and the numbers of
    /// writeIntegers() and writeReals() must already be in it.
    virtual std::optional<ColumnFile> columnFor(std::uint64_t inputs);

    /// Writes the rest, and gives the file its name.
    virtual Result<void> finish() = 0;
};

/// Opens a writer for `path`. Fails, and creates nothing, if the ending is unknown or the file
/// cannot be written. AtomicFile describes `room`.
Result<std::unique_ptr<OutcomeWriter>> openOutcomeWriter(
    const std::filesystem::path &path, WaitForRoom room = {});

/// Returns whether a file of this name can contain the reason of a failure.
bool hasPlaceForReasons(const std::filesystem::path &path);

} // namespace poolscope
