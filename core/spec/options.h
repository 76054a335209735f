// SPDX-License-Identifier: GPL-3.0-or-later
// The table of options: every option of every command, once.
#pragma once

#include "spec/option.h"

#include <string>
#include <vector>

namespace poolscope {

using OptionTable = std::span<const Option>;

OptionTable options();

/// The commands, in the order of the help. The first one is noCommand.
std::span<const CommandInfo> commands();

/// The options of a command, in the order of the table.
std::vector<Option> optionsOf(Command command, OptionTable table = options());

/// Returns the option of a command with this long or short name. Null if there is none.
const Option *findOption(std::string_view name, Command command, OptionTable table = options());

/// Returns an option of `poolscope run`, which the caller knows to be in the table.
const Option &runOption(std::string_view name);

std::string_view groupTitle(OptionGroup group);

/// Returns the option that a run needs for others to apply: "--python" or "--csv". Empty if none.
std::string_view requirementOf(Applies applies);
/// Whether an option has an effect in a run.
bool doesApply(const Option &option, const RunSpec &spec);

/// Returns the range of an option that takes numbers: "1 to 1024", "1M or more".
std::string numbersText(const Option &option);
/// Returns the range with its unit and the alternative: "1 to 1024 chunks, or auto". Empty if the
/// option does not take numbers.
std::string rangeText(const Option &option);

} // namespace poolscope
