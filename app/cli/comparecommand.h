// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope info FILE FILE...`: how kept runs compare. Runs nothing.
#pragma once

#include "cli/commandline.h"

namespace poolscope {

/// Returns the exit status. Each run is compared with the first.
int compareRunFiles(const InfoOptions &options);

} // namespace poolscope
