// SPDX-License-Identifier: GPL-3.0-or-later
// The inputs of a run of which only the record is at hand.
#pragma once

#include "input/inputsource.h"

#include <memory>
#include <string>
#include <vector>

namespace poolscope {

/// A range is known without being read; the inputs of anything else answer that they were not read
/// again. Opens no file.
std::unique_ptr<InputSource> recordedInputs(const InputSpec &spec, std::uint64_t count);

/// Inputs of which nothing but their texts is known, for a record that came from elsewhere.
std::unique_ptr<InputSource> recordedTexts(std::vector<std::string> texts);

} // namespace poolscope
