// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a task. The task is another one if any of them changes.
//
// The first is the main file: a Python function's file or module, a shared library, or the program
// of a command or filter. The next are files that the words of a command, filter or shell script
// name, such as a script for an interpreter. The last are source files outside of library folders
// that Python source among all these imports. Files that a library or program loads, and files that
// cannot be read, are not included.
#pragma once

#include "pool/askprogram.h"
#include "result.h"
#include "spec/taskfile.h"
#include "spec/taskspec.h"

#include <string>
#include <vector>

namespace poolscope {

/// Returns the files of a task with their present hashes. Relative names start from the current
/// folder. Modules and imports are found by a Python interpreter, which imports nothing. For
/// scripts in a command this is the command's program, if that is an interpreter, or else python3.
Result<std::vector<TaskFile>> taskFiles(const TaskSpec &task, const StillWanted &wanted = {});

/// Returns the path of the first of these files that has changed. The main file may have moved.
/// Empty if none has changed. Relative names start from `folder`. Runs an interpreter only to find
/// a module. Fails if the task has no main file any more.
Result<std::string> firstChanged(const std::vector<TaskFile> &before, const TaskSpec &task,
    const std::string &folder, const StillWanted &wanted = {});

} // namespace poolscope
