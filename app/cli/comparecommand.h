// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope info FILE FILE...`: compares recorded runs. Does not run their tasks.
#pragma once

#include "cli/commandline.h"

namespace poolscope {

/// Compares each run with the first, and prints the differences to standard output. Requires two
/// files or more. Returns the exit status, which is exitAllSucceeded also if the runs differ.
int compareRunFiles(const InfoOptions &options);

} // namespace poolscope
