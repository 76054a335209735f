// SPDX-License-Identifier: GPL-3.0-or-later
// Charts and report of a recorded run as files, without a window.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "report/reportdata.h"
#include "result.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// `end` is the last moment of the record, in nanoseconds of the run. Needs a QApplication.
Result<void> writeCharts(
    const RunRecord &record, std::uint64_t end, const std::vector<ChartFile> &files);

/// The report of a record. Needs a QApplication.
ReportData reportOf(const RunRecord &record, std::uint64_t end);

/// Whether any of the charts has text that is drawn.
bool drawsText(const std::vector<ChartFile> &files);

/// Whether there are no fonts, so that every letter is drawn as a box.
bool drawsBoxes();

} // namespace poolscope
