// SPDX-License-Identifier: GPL-3.0-or-later
// writtenText(): encodes any path or argument as UTF-8, for files and settings.
#pragma once

#include <string>

namespace poolscope {

/// Returns the bytes themselves if they are UTF-8 and do not begin with "hex:". Otherwise returns
/// "hex:" and two digits for each byte.
std::string writtenText(const std::string &bytes);

/// Returns the bytes of such a text.
std::string bytesOfWritten(const std::string &text);

} // namespace poolscope
