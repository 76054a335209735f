// SPDX-License-Identifier: GPL-3.0-or-later
// Messages of a command on standard error.
#pragma once

#include "result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

/// A line "poolscope: WHAT".
void complain(std::string_view what);

/// Prints an error in the same form. Returns `status`, with which the program then ends.
int complain(const Error &error, int status);

/// Prints one or more lines to standard error. The text is made printable, since it may come from
/// an input. It may end with a line break already. Returns how many lines were not written, as
/// writeStandardError() does.
std::uint64_t printLines(std::string_view text);

} // namespace poolscope
