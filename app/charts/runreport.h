// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a run, with its settings, machine, figures, charts, failures and log in one file.
//
// Needs a QApplication, and is called on its thread.
#pragma once

#include "charts/chartset.h"
#include "report/reportdata.h"
#include "result.h"

#include <filesystem>

namespace poolscope {

/// Returns the report of the record that the charts show. Charts are drawn up to `moment`. Without
/// a record the report has no title and no sections.
ReportData reportOf(const ChartSet &charts, const Moment &moment);

/// Joins the reports of the runs of a session, which are the calls of one watched command. The
/// title is their number, and the sections of each run follow its own title. A single report is
/// returned unchanged.
ReportData joinedReport(std::vector<ReportData> reports);

/// Writes the report as PDF if the ending is .pdf, else as HTML, completely or not at all. Replaces
/// an existing file.
Result<void> writeReport(const ReportData &report, const std::filesystem::path &path);

} // namespace poolscope
