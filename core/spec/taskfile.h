// SPDX-License-Identifier: GPL-3.0-or-later
// TaskFile: a file that a task consists of. If the file changes, the task has changed.
#pragma once

#include <string>

namespace poolscope {

struct TaskFile {
    std::string path;
    std::string hash; ///< of the content, or of size and time of change if the file is large
};

} // namespace poolscope
