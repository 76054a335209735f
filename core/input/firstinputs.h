// SPDX-License-Identifier: GPL-3.0-or-later
// FirstInputs: the first inputs of a source, as a source of its own.
#pragma once

#include "input/inputsource.h"

namespace poolscope {

/// Of all that `source` has where it has no more than `most`. Its inputs do not still come.
std::unique_ptr<InputSource> firstInputs(std::unique_ptr<InputSource> source, std::uint64_t most);

} // namespace poolscope
