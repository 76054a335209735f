// SPDX-License-Identifier: GPL-3.0-or-later
// The verdict in a few words, for where there is no room for sentences.
#pragma once

#include "analysis/verdict.h"

#include <string>

namespace poolscope {

/// "Handing over costs most; --chunk auto: about 150 x"
std::string shortText(const Verdict &verdict);

} // namespace poolscope
