// SPDX-License-Identifier: GPL-3.0-or-later
// Text as a field of a CSV file, quoted by RFC 4180. A field may contain any bytes.
#pragma once

#include <cstddef>
#include <string>

namespace poolscope {

/// Quotes the field from `start` on if it contains a comma, quote or line break, or an outer blank.
void quoteCsvField(std::string &out, std::size_t start);

} // namespace poolscope
