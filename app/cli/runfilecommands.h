// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope export` and `poolscope info`: what a run file holds. Neither runs anything.
#pragma once

#include "cli/commandline.h"
#include "cli/outputs.h"

namespace poolscope {

/// Returns the exit status; `charts` may be empty where the options want none.
int exportRunFile(const ExportOptions &options, const ChartWriter &charts);

int showRunFile(const InfoOptions &options);

} // namespace poolscope
