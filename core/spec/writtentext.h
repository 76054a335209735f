// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as text that is always UTF-8, so that files and settings can hold any path or argument.
#pragma once

#include <string>

namespace poolscope {

/// The bytes themselves if they are UTF-8. Otherwise "hex:" and two digits for each byte.
std::string writtenText(const std::string &bytes);

/// The bytes of such a text.
std::string bytesOfWritten(const std::string &text);

} // namespace poolscope
