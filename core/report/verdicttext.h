// SPDX-License-Identifier: GPL-3.0-or-later
// The text of a verdict: sentences, a short form for buttons, and the advised settings as options
// of the command line.
#pragma once

#include "analysis/verdict.h"

#include <string>

namespace poolscope {

/// "--chunk auto", "-j 8", "OMP_NUM_THREADS=1".
std::string changeText(const Change &change);

/// Returns one or two sentences, and two about loading the task if copies are advised.
std::string verdictText(const Verdict &verdict);

/// "Dispatch costs most; --chunk auto: about 150 x"
std::string shortText(const Verdict &verdict);

/// Returns the run or observation that would show more, or nothing if there is none.
std::string nextLookText(const Verdict &verdict);

} // namespace poolscope
