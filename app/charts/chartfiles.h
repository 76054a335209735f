// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the charts of a recorded run as files, and makes its report, without a window.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "report/reportdata.h"
#include "result.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// Writes charts up to `end`, in nanoseconds since the run's start. Needs a QApplication.
Result<void> writeCharts(
    const RunRecord &record, std::uint64_t end, const std::vector<ChartFile> &files);

/// Returns the report of a record. Needs a QApplication.
ReportData reportOf(const RunRecord &record, std::uint64_t end);

/// Whether any of the files is a picture, whose text is drawn.
bool drawsText(const std::vector<ChartFile> &files);

/// Whether no fonts are installed, so that every letter is drawn as a box.
bool drawsBoxes();

} // namespace poolscope
