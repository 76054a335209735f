// SPDX-License-Identifier: GPL-3.0-or-later
// Messages of a command on standard error.
#pragma once

#include "result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

/// Prints a line "poolscope: WHAT".
void complain(std::string_view what);

/// Prints the message of an error as such a line. Returns `status`, the exit status.
int complain(const Error &error, int status);

/// Prints one or more lines to standard error, as printable() returns them. The last line break may
/// be missing. Returns the number of lines that were not written, as writeStandardError() does.
std::uint64_t printLines(std::string_view text);

} // namespace poolscope
