// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a task can be given such inputs.
#pragma once

#include "input/inputsource.h"
#include "result.h"
#include "spec/taskspec.h"

#include <string>

namespace poolscope {

/// Fails, and says what to choose, where the task takes one text and the inputs are rows of more
/// than one column.
Result<void> checkInputSuits(const TaskSpec &task, const InputSource &source);

/// What a reader of the log should know: that a command has names in braces that no column has.
/// Empty: nothing.
std::string noteOnInput(const TaskSpec &task, const InputSource &source);

} // namespace poolscope
