// SPDX-License-Identifier: GPL-3.0-or-later
// Checks whether inputs suit a task.
#pragma once

#include "input/inputsource.h"
#include "result.h"
#include "spec/taskspec.h"

#include <string>

namespace poolscope {

/// Fails, with a hint to --columns, if the task takes one text and the inputs are rows of more than
/// one column.
Result<void> checkInputSuits(const TaskSpec &task, const InputSource &source);

/// A line for the log if a command has names in braces that are not columns. Empty if not.
std::string noteOnInput(const TaskSpec &task, const InputSource &source);

} // namespace poolscope
