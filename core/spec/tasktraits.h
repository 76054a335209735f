// SPDX-License-Identifier: GPL-3.0-or-later
// TaskTraits: what the kind of a task means for its workers and its values.
#pragma once

#include "spec/taskspec.h"

namespace poolscope {

struct TaskTraits {
    bool isBuiltin = false; ///< runs nothing but the worker's own code
    /// Runs in an interpreter. Workers can be copies of one that has loaded the task, and share the
    /// seed of its hashes.
    bool runsPython = false;
    bool startsPrograms = false; ///< one for each input, or one for all inputs of a worker
    bool returnsText = false; ///< values are what a program prints, even where that is a number
};

TaskTraits traitsOf(const TaskSpec &task);

} // namespace poolscope
