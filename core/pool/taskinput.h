// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a task can be given such inputs.
#pragma once

#include "input/inputsource.h"
#include "result.h"
#include "spec/taskspec.h"

#include <string>

namespace poolscope {

/// Fails, with what to choose, if the task takes one text and the inputs are rows of more than one
/// column.
Result<void> checkInputSuits(const TaskSpec &task, const InputSource &source);

/// A line for the log if a command has names in braces that are not columns. Empty if not.
std::string noteOnInput(const TaskSpec &task, const InputSource &source);

} // namespace poolscope
