// SPDX-License-Identifier: GPL-3.0-or-later
// The setting of a call in a watched program that is changed from outside.
#pragma once

#include "result.h"

#include <string>

namespace poolscope {

/// Fails unless the text is NAME=VALUE[@FILE:LINE] with a name and a value that can be set, such as
/// "chunksize=64@post.py:9".
Result<void> checkCallChange(const std::string &change);

} // namespace poolscope
