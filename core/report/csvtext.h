// SPDX-License-Identifier: GPL-3.0-or-later
// Text as a field of a CSV file, quoted by RFC 4180. A field may contain any bytes.
#pragma once

#include <cstddef>
#include <string>

namespace poolscope {

/// Quotes what `out` holds from `start` on, if a reader could take it for anything but one field
/// with exactly these characters: it holds a comma, quote or line break, or a blank at an end.
void quoteCsvField(std::string &out, std::size_t start);

} // namespace poolscope
