// SPDX-License-Identifier: GPL-3.0-or-later
// The table of options: every option of every command, once.
#pragma once

#include "spec/option.h"

#include <optional>
#include <string>
#include <vector>

namespace poolscope {

using OptionTable = std::span<const Option>;

OptionTable options();

/// The commands, in the order of the help. The first is the window.
std::span<const CommandInfo> commands();

/// The options of a command, in the order of the table.
std::vector<Option> optionsOf(Command command, OptionTable table = options());

/// The option of a command with this long or short name. Null if there is none.
const Option *findOption(std::string_view name, Command command, OptionTable table = options());

/// An option of `poolscope run` that is known to be in the table.
const Option &runOption(std::string_view name);

std::string_view groupTitle(OptionGroup group);

/// The option that makes a run one to which others apply: "--python" or "--csv". Empty if none.
std::string_view requirementOf(Applies applies);
/// Whether an option has an effect in a run.
bool doesApply(const Option &option, const RunSpec &spec);

/// The numbers or words that an option takes: "1 to 1024 chunks, or auto". Empty if it takes any
/// text.
std::string rangeText(const Option &option);

} // namespace poolscope
