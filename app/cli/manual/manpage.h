// SPDX-License-Identifier: GPL-3.0-or-later
// The manual page poolscope(1): prose with the commands and options of the table.
#pragma once

#include "spec/options.h"

#include <string>

namespace poolscope {

/// Returns the prose in roff, with its lines "@SYNOPSIS@", "@COMMANDS@" and "@OPTIONS@" replaced by
/// the contents of the table, and "@VERSION@" by the version.
std::string manPage(
    const std::string &prose, const std::string &version, OptionTable table = options());

} // namespace poolscope
