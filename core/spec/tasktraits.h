// SPDX-License-Identifier: GPL-3.0-or-later
// TaskTraits: the properties of a kind of task that matter to its workers and its values.
#pragma once

#include "spec/taskspec.h"

namespace poolscope {

struct TaskTraits {
    bool isBuiltin = false; ///< runs only the worker's own code
    /// Runs in an interpreter. Workers can be copies of one that has loaded the task, and share the
    /// seed of its hashes.
    bool runsPython = false;
    bool startsPrograms = false; ///< one for each input, or one for all inputs of a worker
    bool returnsText = false; ///< values are the output of a program, even if it is a number
};

TaskTraits traitsOf(const TaskSpec &task);

} // namespace poolscope
