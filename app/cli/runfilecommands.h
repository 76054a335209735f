// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope export` and `poolscope info`: export and describe a run file. Neither runs anything.
#pragma once

#include "cli/commandline.h"
#include "cli/outputs.h"

namespace poolscope {

/// Returns the exit status. `charts` may be empty if the options request neither charts nor a
/// report.
int exportRunFile(const ExportOptions &options, const ChartWriter &charts);

/// Describes the only file of the options. Returns the exit status.
int showRunFile(const InfoOptions &options);

} // namespace poolscope
