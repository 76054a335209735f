// SPDX-License-Identifier: GPL-3.0-or-later
// Generates the completion scripts of bash, zsh and fish from the table of options.
#pragma once

#include "spec/options.h"

#include <string>

namespace poolscope {

std::string bashCompletion(OptionTable table = options());
std::string zshCompletion(OptionTable table = options());
std::string fishCompletion(OptionTable table = options());

} // namespace poolscope
