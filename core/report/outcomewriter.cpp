// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/outcomewriter.h"

#include "report/linewriter.h"
#include "report/npywriter.h"
#include "system/atomicfile.h"

#include <utility>

namespace poolscope {

Result<void> OutcomeWriter::writeIntegers(std::uint64_t first, std::span<const std::int64_t> values)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Integer;
    for (const std::int64_t value : values) {
        outcome.integer = value;
        if (auto written = write(first++, outcome); !written)
            return written;
    }
    return {};
}

Result<void> OutcomeWriter::writeReals(std::uint64_t first, std::span<const double> values)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Real;
    for (const double value : values) {
        outcome.real = value;
        if (auto written = write(first++, outcome); !written)
            return written;
    }
    return {};
}

std::optional<ColumnFile> OutcomeWriter::columnFor(std::uint64_t)
{
    return std::nullopt;
}

namespace {

/// Returns null if the ending is not one of a line format.
const LineFormat *lineFormatOf(const std::filesystem::path &path)
{
    const auto ending = path.extension();
    return ending == ".csv"  ? &csvFormat
        : ending == ".jsonl" ? &jsonLinesFormat
        : ending == ".txt"   ? &textFormat
                             : nullptr;
}

} // namespace

Result<std::unique_ptr<OutcomeWriter>> openOutcomeWriter(
    const std::filesystem::path &path, WaitForRoom room)
{
    const LineFormat *const lines = lineFormatOf(path);
    if (!lines && path.extension() != ".npy")
        return failure(
            "cannot write " + path.string() + ": its ending must be .csv, .jsonl, .txt or .npy");
    auto file = AtomicFile::open(path, std::move(room));
    if (!file)
        return tl::unexpected(std::move(file.error()));
    if (lines)
        return std::make_unique<LineWriter>(std::move(*file), *lines);
    if ((*file)->isDirect())
        return failure("cannot write " + path.string()
            + ": .npy needs a regular file, not a pipe or device; use .jsonl or .csv");
    return std::make_unique<NpyWriter>(std::move(*file));
}

bool hasPlaceForReasons(const std::filesystem::path &path)
{
    const LineFormat *const lines = lineFormatOf(path);
    return lines && lines != &textFormat;
}

} // namespace poolscope
