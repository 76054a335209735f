// SPDX-License-Identifier: GPL-3.0-or-later
// The text of --help, from the table of options.
#pragma once

#include "spec/options.h"

#include <string>

namespace poolscope {

/// At most 80 columns wide. The help of no command lists the commands.
std::string helpText(Command command, OptionTable table = options());

/// "-j, --workers N|auto"
std::string synopsisOf(const Option &option);
/// The help of an option with the value that counts if none is given.
std::string helpWithDefault(const Option &option);
/// The value that counts if none is given, in words.
std::string defaultText(const Option &option);

} // namespace poolscope
