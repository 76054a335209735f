// SPDX-License-Identifier: GPL-3.0-or-later
// Charts and report of a recorded run as files, without a window.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// The files of charts, and of a report if there is a path for one.
struct ChartOutputs {
    std::vector<ChartFile> charts;
    std::optional<std::string> report;
};

/// `end` is the last moment of the record, in nanoseconds of the run. Needs a QApplication.
Result<void> writeCharts(const RunRecord &record, std::uint64_t end, const ChartOutputs &outputs);

/// Whether any of the outputs has text that is drawn.
bool drawsText(const ChartOutputs &outputs);

/// Whether there are no fonts, so that every letter is drawn as a box.
bool drawsBoxes();

} // namespace poolscope
