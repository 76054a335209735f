// SPDX-License-Identifier: GPL-3.0-or-later
// The data of a run's charts, as CSV (RFC 4180, lines end in LF). Times are seconds since the run's
// start.
//
//   - workers: worker, begin_s, duration_s, first_index, count; a line for each span
//   - completion: rank, index, worker, finished_s; a line for each input, as they finished
//   - rate: begin_s, duration_s, pool, worker_1, ...; the iterations done in each stretch of time
//   - accounting: worker, cause, time_s; where its time went, from the first dispatch to the last
//     outcome; worker 0 is the pool as a whole
//   - latency: worker, from_s, to_s, iterations; how many took at least from_s and less than to_s;
//     worker 0 is the pool as a whole
//   - whatif: workers, makespan_s, lower_bound_s, start_up_s; predicted for the run's own chunk and
//   window
#pragma once

#include "analysis/whatifcurve.h"
#include "record/runrecord.h"
#include "result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

enum class ChartKind : std::uint8_t { Workers, Completion, Rate, Accounting, Latency, WhatIf };
inline constexpr std::uint8_t chartKindCount = 6;

/// "workers", "completion", "rate", "accounting", "latency", "whatif": what the command line and
/// files call it.
std::string_view chartName(ChartKind kind);
std::optional<ChartKind> chartCalled(std::string_view name);

/// A chart and the file that it goes to.
struct ChartFile {
    ChartKind kind = ChartKind::Workers;
    std::string path; ///< ending in .png, .svg, .pdf or .csv
};

/// Called now and then. If it returns false, writing stops and fails with "cancelled".
using ShouldContinue = std::function<bool()>;

/// Writes the data recorded so far, whole or not at all. Any thread, also during the run.
Result<void> writeChartData(ChartKind kind, const RunRecord &record,
    const std::filesystem::path &path, const ShouldContinue &shouldContinue = {});

/// Writes the data of a what-if curve in the format of ChartKind::WhatIf, for any pool.
Result<void> writeCurveData(const std::vector<CurvePoint> &curve, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue = {});

} // namespace poolscope
