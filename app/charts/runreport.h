// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a run, with its settings, machine, figures, charts, failures and log in one file.
#pragma once

#include "charts/chartset.h"
#include "report/reportdata.h"
#include "result.h"

#include <filesystem>

namespace poolscope {

/// Returns the report of the record that the charts show. Empty if they show none.
ReportData reportOf(const ChartSet &charts, const Moment &moment);

/// Joins the reports of the runs of a session. The sections of each run follow its title.
ReportData joinedReport(std::vector<ReportData> reports);

/// Writes the report as PDF if the ending is .pdf, else as HTML, completely or not at all.
Result<void> writeReport(const ReportData &report, const std::filesystem::path &path);

} // namespace poolscope
