// SPDX-License-Identifier: GPL-3.0-or-later
// findProgram(): finds the path of a program.
#pragma once

#include "result.h"

#include <string>

namespace poolscope {

/// Finds a program by name on PATH, or by its path, as a shell does. The error names the reason if
/// there is no such program or it cannot be run.
Result<std::string> findProgram(const std::string &name);

} // namespace poolscope
