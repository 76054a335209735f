// SPDX-License-Identifier: GPL-3.0-or-later
// What a task is made of beside its words: the files whose change makes it another task.
//
// A Python function's file or module, a shared library, the program of a command or filter. What
// these import or load in turn is not looked at.
#pragma once

#include "result.h"
#include "task/taskspec.h"

#include <string>
#include <vector>

namespace poolscope {

struct TaskFile {
    std::string path;
    std::string hash; ///< as ContentHasher has it
};

/// Reads these files as they are now. Asks the interpreter where a Python module is, and imports
/// nothing.
Result<std::vector<TaskFile>> taskFiles(const TaskSpec &task);

} // namespace poolscope
