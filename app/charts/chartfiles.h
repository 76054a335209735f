// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the charts of a recorded run as files, and makes its report, without a window. `end` is
// the last moment that is drawn, in nanoseconds since the run's start.
//
// Needs a QApplication, and is called on its thread.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "report/reportdata.h"
#include "result.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// Writes charts as pictures or CSV, each completely or not at all. Stops at the first file that
/// cannot be written. The files before remain.
Result<void> writeCharts(
    const RunRecord &record, std::uint64_t end, const std::vector<ChartFile> &files);

/// Returns the report of a record (see charts/runreport.h).
ReportData reportOf(const RunRecord &record, std::uint64_t end);

/// Whether any of the files is a picture, which contains text.
bool containsPicture(const std::vector<ChartFile> &files);

/// Whether no fonts are installed, so that pictures have a box in place of every letter.
bool hasNoFonts();

} // namespace poolscope
