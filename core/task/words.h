// SPDX-License-Identifier: GPL-3.0-or-later
// splitWords(): splits a command line into words.
#pragma once

#include "result.h"

#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Splits at blanks as a POSIX shell does, with quotes and backslashes. Characters such as $, *, ~,
/// | and # are ordinary. Fails if a quote is not closed or there is no word.
Result<std::vector<std::string>> splitWords(std::string_view text);

} // namespace poolscope
