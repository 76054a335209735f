// SPDX-License-Identifier: GPL-3.0-or-later
// Checks whether a task can be run, before a run starts.
#pragma once

#include "pool/askprogram.h"
#include "result.h"
#include "spec/taskspec.h"

#include <string>
#include <vector>

namespace poolscope {

/// Checks that the built-in exists, the interpreter starts, the Python file has no syntax error and
/// the function exists, the program of a command or filter exists, the shell can parse the script,
/// or the library can be loaded and has the task. Runs the interpreter, the shell, or a worker
/// program that loads the library. Imports nothing of the user's Python except a module without
/// source. The error is one line.
Result<void> checkTask(const TaskSpec &task, const StillWanted &wanted);

/// Returns the tasks of a shared library, which another process loads.
Result<std::vector<std::string>> libraryTasks(const std::string &path, const StillWanted &wanted);

} // namespace poolscope
