// SPDX-License-Identifier: GPL-3.0-or-later
// TaskCheck: whether a task can be run, before anything starts.
#pragma once

#include "pool/askprogram.h"
#include "result.h"
#include "spec/taskspec.h"

#include <string>
#include <vector>

namespace poolscope {

/// Whether the task can be run at all: the built-in is known; the interpreter starts, the file has
/// no syntax error and the function is there; the program of a command or filter is there; the
/// shell can read its script; the library can be loaded and has the task. Runs interpreter, shell
/// and a worker program, which loads the library; imports nothing of the user's Python except a
/// module that has no source to read. One line says what is wrong.
Result<void> checkTask(const TaskSpec &task, const StillWanted &wanted);

/// The tasks of a shared library, which another process loads for it.
Result<std::vector<std::string>> libraryTasks(const std::string &path, const StillWanted &wanted);

} // namespace poolscope
