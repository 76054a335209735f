// SPDX-License-Identifier: GPL-3.0-or-later
// startingFrom(): makes the names of files in a spec relative to another folder.
#pragma once

#include "spec/runspec.h"

#include <string>

namespace poolscope {

/// Returns the current folder of the process. Empty if it was removed.
std::string currentFolder();

/// Returns the spec with `folder` before relative names of files, for a process in any folder.
/// Does not change words of commands and scripts.
RunSpec startingFrom(const std::string &folder, RunSpec spec);

} // namespace poolscope
