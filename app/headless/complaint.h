// SPDX-License-Identifier: GPL-3.0-or-later
// What a command tells on standard error.
#pragma once

#include "result.h"

#include <string>
#include <string_view>

namespace poolscope {

/// A line "poolscope: WHAT".
void complain(std::string_view what);

/// The same, of an error; returns `status`, with which the program then ends.
int complain(const Error &error, int status);

/// A line for a person: what moves a terminal's cursor, changes its colours or ends a text for
/// other programs is written as \xNN, since it may come from an input.
void tell(std::string_view line);

} // namespace poolscope
