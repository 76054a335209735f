// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope info FILE FILE...`: compares recorded runs. Runs nothing.
#pragma once

#include "cli/commandline.h"

namespace poolscope {

/// Compares each run with the first. Returns the exit status.
int compareRunFiles(const InfoOptions &options);

} // namespace poolscope
