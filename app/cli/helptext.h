// SPDX-License-Identifier: GPL-3.0-or-later
// The text of --help, from the table of options.
#pragma once

#include "spec/options.h"

#include <string>

namespace poolscope {

/// The help of a command, at most 80 columns wide. The help of noCommand lists the commands.
std::string helpText(Command command, OptionTable table = options());

/// "-j, --workers N|auto"
std::string synopsisOf(const Option &option);
/// The help of an option, with its default.
std::string helpWithDefault(const Option &option);
/// The default of an option, in words.
std::string defaultText(const Option &option);

} // namespace poolscope
