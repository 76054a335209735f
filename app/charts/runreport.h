// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a run: its settings, machine, figures, charts, failures and log, as one file.
#pragma once

#include "charts/chartset.h"
#include "report/reportdata.h"
#include "result.h"

#include <filesystem>
#include <vector>

namespace poolscope {

/// What there is to say of the record that the charts show. `findings` are sections that stand
/// behind its figures, before the charts. Nothing where it has no record.
ReportData reportOf(
    const ChartSet &charts, const Moment &moment, std::vector<ReportSection> findings = {});

/// Writes it as HTML or as PDF, as the ending (.html, .pdf) says, whole or not at all.
Result<void> writeReport(const ReportData &report, const std::filesystem::path &path);

} // namespace poolscope
