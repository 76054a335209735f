// SPDX-License-Identifier: GPL-3.0-or-later
// Where a program is.
#pragma once

#include "result.h"

#include <string>

namespace poolscope {

/// The path of a program that is named as a shell names it: on PATH, or by a path. Fails where
/// there is none that can be run, and says why.
Result<std::string> findProgram(const std::string &name);

} // namespace poolscope
