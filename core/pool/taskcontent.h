// SPDX-License-Identifier: GPL-3.0-or-later
// What a task is made of beside its words: the files whose change makes it another task.
//
// The first is what the task is run by: a Python function's file or module, a shared library, the
// program of a command or filter. Then come the files that the words of a command, filter or shell
// script name (a script for an interpreter, say), and what Python source among all these imports
// that is source itself and lies in no library folder. What a library or a program loads in turn is
// not examined, nor is a file that cannot be read.
#pragma once

#include "pool/askprogram.h"
#include "result.h"
#include "spec/taskfile.h"
#include "spec/taskspec.h"

#include <string>
#include <vector>

namespace poolscope {

/// Reads these files as they are now; relative names begin at the current folder. Asks a Python
/// interpreter, which imports nothing, where a module is, and what source imports. Of scripts that
/// a command names that is the command's own program, or else python3.
Result<std::vector<TaskFile>> taskFiles(const TaskSpec &task, const StillWanted &wanted = {});

/// The path of the first of these files that is not what it was; the one the task is run by may
/// have moved. Empty if all are what they were. Relative names begin at `folder`. Asks the
/// interpreter where a module is, and nothing else. Fails if the task has no such file any more.
Result<std::string> firstChanged(const std::vector<TaskFile> &before, const TaskSpec &task,
    const std::string &folder, const StillWanted &wanted = {});

} // namespace poolscope
