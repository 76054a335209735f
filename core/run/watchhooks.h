// SPDX-License-Identifier: GPL-3.0-or-later
// The hooks that watched Pythons load, in a folder of the user's cache.
//
// The hooks are copied, since their bytecode may not be written beside the program, and
// interpreters would take longer to start without bytecode.
#pragma once

#include "result.h"

#include <string>

namespace poolscope {

/// Copies the hooks into the cache if they are not there, and removes those of other versions.
/// Returns their folder, or that beside the program if the cache cannot be written.
Result<std::string> watchHooks();

} // namespace poolscope
