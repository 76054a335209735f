// SPDX-License-Identifier: GPL-3.0-or-later
// The outputs of a finished record: its charts and its summary, as options request them.
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
    std::uint64_t end = 0; ///< its last moment, in nanoseconds of the run
};

/// Draws the charts and the report of the runs of a session, at least one. If there are several,
/// each has a folder of charts of its own, and a chart of --chart shows the one that took longest.
using ChartWriter =
    std::function<Result<void>(const std::vector<EndedRecord> &runs, const OutputOptions &options)>;

/// The run that took longest, of at least one.
const EndedRecord &longestOf(const std::vector<EndedRecord> &runs);

/// Makes the folder for charts, and tries whether their files, the trace and the report can be
/// written.
Result<void> checkPlaces(const OutputOptions &options);

/// Fails if an output would replace the file of the inputs.
Result<void> checkIsNotInput(
    const InputSpec &input, std::initializer_list<std::optional<std::string>> outputs);

/// Writes what options want of the timeline: charts, report and trace.
Result<void> writeTimeline(
    const OutputOptions &options, const std::vector<EndedRecord> &runs, const ChartWriter &charts);

/// Opens the file for the summary. Null if there is none, or it goes to standard output.
Result<std::unique_ptr<AtomicFile>> openSummary(
    const OutputOptions &options, const WaitForRoom &room = {});

/// The figures of a summary that the record does not have.
struct SummaryContext {
    std::uint32_t cores = 0; ///< that the run could use
    /// Lines of the log that were not written to standard error. Nothing if that is not known.
    std::optional<std::uint64_t> linesDropped = {};
};

/// Writes a summary where the options want it; `file` is what openSummary() returned.
Result<void> writeSummaryText(const OutputOptions &options, const std::string &summary,
    AtomicFile *file, const WaitForRoom &room = {});
Result<void> writeSummary(const OutputOptions &options, const RunRecord &record,
    const SummaryContext &context, AtomicFile *file, const WaitForRoom &room = {});

} // namespace poolscope
