// SPDX-License-Identifier: GPL-3.0-or-later
// TaskFile: a file whose change makes a task another one.
#pragma once

#include <string>

namespace poolscope {

struct TaskFile {
    std::string path;
    std::string hash; ///< of its content; of a large file, of its size and time of change
};

} // namespace poolscope
