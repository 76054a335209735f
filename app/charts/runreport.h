// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a run: its settings, machine, figures, charts, failures and log, as one file.
#pragma once

#include "charts/chartset.h"
#include "report/reportdata.h"
#include "result.h"

#include <filesystem>

namespace poolscope {

/// What there is to say of the record that the charts show. Nothing where they show none.
ReportData reportOf(const ChartSet &charts, const Moment &moment);

/// The reports of the runs of a session as one: the sections of each begin with its title.
ReportData joinedReport(std::vector<ReportData> reports);

/// Writes it as HTML or as PDF, as the ending (.html, .pdf) says, whole or not at all.
Result<void> writeReport(const ReportData &report, const std::filesystem::path &path);

} // namespace poolscope
