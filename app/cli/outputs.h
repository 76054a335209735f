// SPDX-License-Identifier: GPL-3.0-or-later
// The outputs of a record that the options request: charts, report, trace and summary.
#pragma once

#include "cli/commandline.h"
#include "record/runrecord.h"
#include "spec/inputspec.h"
#include "system/atomicfile.h"

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// The record of a run that has ended.
struct EndedRecord {
    const RunRecord *record = nullptr; ///< outlives this
    std::uint64_t end = 0; ///< the last moment, in nanoseconds since the run's start
};

/// Draws the charts and the report of the runs of a session, at least one. Each of several runs has
/// its own folder of charts, and --chart draws the run that took longest.
using ChartWriter =
    std::function<Result<void>(const std::vector<EndedRecord> &runs, const OutputOptions &options)>;

/// The run that took longest: one of these, which outlive it. Requires at least one.
const EndedRecord &longestOf(const std::vector<EndedRecord> &runs);

/// Prepares the outputs: makes the folder for charts. Fails if a chart, the trace or the report
/// cannot be written.
Result<void> prepareOutputs(const OutputOptions &options);

/// Fails if an output would replace the file of the inputs.
Result<void> checkIsNotInput(
    const InputSpec &input, std::initializer_list<std::optional<std::string>> outputs);

/// Writes the charts, the report and the trace that the options request.
Result<void> writeOutputs(
    const OutputOptions &options, const std::vector<EndedRecord> &runs, const ChartWriter &charts);

/// Opens the file of the summary. Null if there is no summary or it is for standard output.
Result<std::unique_ptr<AtomicFile>> openSummary(
    const OutputOptions &options, const WaitForRoom &room = {});

/// The figures of a summary that the record does not have.
struct SummaryContext {
    std::uint32_t cores = 0; ///< that the run could use
    /// Lines of the log that were not written to standard error. Nothing if that is not known.
    std::optional<std::uint64_t> linesDropped = {};
};

/// Writes a summary if the options request one. `file` is the result of openSummary(); null is
/// standard output.
Result<void> writeSummaryText(const OutputOptions &options, const std::string &summary,
    AtomicFile *file, const WaitForRoom &room = {});
Result<void> writeSummary(const OutputOptions &options, const RunRecord &record,
    const SummaryContext &context, AtomicFile *file, const WaitForRoom &room = {});

} // namespace poolscope
