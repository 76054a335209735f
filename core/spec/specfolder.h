// SPDX-License-Identifier: GPL-3.0-or-later
// Names of files in a spec, relative to the folder that they start from.
#pragma once

#include "spec/runspec.h"

#include <string>

namespace poolscope {

/// The current folder of the process. Empty if it is gone.
std::string currentFolder();

/// The spec for a process in any folder: relative names of files begin with `folder`. Words of
/// commands and scripts stay as they are.
RunSpec startingFrom(const std::string &folder, RunSpec spec);

} // namespace poolscope
