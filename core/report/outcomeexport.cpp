// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/outcomeexport.h"

#include <bit>
#include <vector>

namespace poolscope {

namespace {

constexpr std::uint64_t mostAtOnce = 65'536;

Result<void> writeNumbers(
    OutcomeWriter &writer, std::uint64_t first, const OutcomeStore::Numbers &numbers)
{
    if (numbers.kind == OutcomeKind::Integer) {
        std::vector<std::int64_t> values;
        values.reserve(numbers.cells.size());
        for (const std::uint64_t cell : numbers.cells)
            values.push_back(std::bit_cast<std::int64_t>(cell));
        return writer.writeIntegers(first, values);
    }
    std::vector<double> values;
    values.reserve(numbers.cells.size());
    for (const std::uint64_t cell : numbers.cells)
        values.push_back(std::bit_cast<double>(cell));
    return writer.writeReals(first, values);
}

Result<void> writeOne(OutcomeWriter &writer, const OutcomeStore &outcomes, std::uint64_t index,
    UnmarkedValues &unmarked, const FailureVisitor &failed)
{
    if (!outcomes.has(index)) {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure.kind = "unfinished";
        outcome.failure.message = "it had not finished when this was written";
        return writer.write(index, outcome);
    }
    const auto outcome = outcomes.read(index);
    if (!outcome)
        return tl::unexpected(outcome.error());
    unmarked.add(outcome->view);
    if (failed && outcome->view.kind == OutcomeKind::Failure)
        failed(index, outcome->view.failure);
    return writer.write(index, outcome->view);
}

} // namespace

Result<UnmarkedValues> exportOutcomes(const RunRecord &record, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue)
{
    return openExport(record, path).and_then([&](const std::unique_ptr<OutcomeWriter> &writer) {
        return exportOutcomes(record, *writer, shouldContinue);
    });
}

Result<std::unique_ptr<OutcomeWriter>> openExport(
    const RunRecord &record, const std::filesystem::path &path)
{
    if (!specOf(record.origin))
        return failure("there are no values to write to " + path.string() + ": the run comes from "
            + originText(record.origin) + ", which has none");
    return openOutcomeWriter(path);
}

Result<UnmarkedValues> exportOutcomes(const RunRecord &record, OutcomeWriter &writer,
    const ShouldContinue &shouldContinue, const FailureVisitor &failed)
{
    UnmarkedValues unmarked;
    std::uint64_t asked = 0;
    for (std::uint64_t index = 0; index < record.inputCount;) {
        if (index >= asked) {
            if (shouldContinue && !shouldContinue())
                return failure("cancelled");
            asked = index + mostAtOnce;
        }
        const auto numbers =
            record.outcomes->numbers({index, std::min(mostAtOnce, record.inputCount - index)});
        const auto written = numbers.cells.empty()
            ? writeOne(writer, *record.outcomes, index, unmarked, failed)
            : writeNumbers(writer, index, numbers);
        if (!written)
            return tl::unexpected(written.error());
        index += std::max<std::uint64_t>(1, numbers.cells.size());
    }
    return writer.finish().map([&] { return unmarked; });
}

} // namespace poolscope
