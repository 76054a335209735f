// SPDX-License-Identifier: GPL-3.0-or-later
// The data of a run's charts, as CSV (RFC 4180, lines end in LF). Times are seconds since the run's
// start.
//
// - workers: worker, begin_s, duration_s, first_index, count. A line is a span.
// - completion: rank, index, worker, finished_s. A line is an input, in the order of completion.
// - rate: begin_s, duration_s, pool, worker_1, ... A line has the iterations of an interval.
// - accounting: worker, cause, time_s. A line has a time from the first dispatch to the last
//   outcome. Worker 0 is the pool.
// - latency: worker, from_s, to_s, iterations. A line counts durations of at least from_s and less
//   than to_s. Worker 0 is the pool.
// - whatif: workers, makespan_s, lower_bound_s, start_up_s, shortest_s, longest_s (the bounds of
//   the makespan, for a call of a watched pool). A line is a prediction with the run's
//   chunk and window.
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

/// Returns the name of the chart on the command line and in files, such as "workers".
std::string_view chartName(ChartKind kind);
std::optional<ChartKind> chartCalled(std::string_view name);

/// A chart and its file.
struct ChartFile {
    ChartKind kind = ChartKind::Workers;
    std::string path; ///< ending in .png, .svg, .pdf or .csv
};

/// Called repeatedly during writing. If it returns false, writing fails with "cancelled".
using ShouldContinue = std::function<bool()>;

/// Writes the data recorded so far, completely or not at all. Any thread, also during the run.
Result<void> writeChartData(ChartKind kind, const RunRecord &record,
    const std::filesystem::path &path, const ShouldContinue &shouldContinue = {});

/// Writes the data of a what-if curve in the format of ChartKind::WhatIf, for any pool.
Result<void> writeCurveData(const std::vector<CurvePoint> &curve, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue = {});

} // namespace poolscope
