// SPDX-License-Identifier: GPL-3.0-or-later
// Words of a command line.
#pragma once

#include "result.h"

#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Splits at blanks as a POSIX shell does, with its quotes and backslashes, and with nothing else
/// of it: $, *, ~, |, #, ... are characters as others are. Fails where a quote is not closed or
/// there is no word.
Result<std::vector<std::string>> splitWords(std::string_view text);

} // namespace poolscope
