// SPDX-License-Identifier: GPL-3.0-or-later
// Sweep arguments: a SweepPlan from options as text, on the command line or in the window.
#pragma once

#include "analysis/sweep.h"
#include "result.h"
#include "spec/optionvalues.h"

namespace poolscope {

/// The name of an option in an error: "--workers" or "Workers".
enum class OptionNaming { ByName, ByLabel };

Result<SweepPlan> parseSweep(
    const OptionValues &values, OptionNaming naming = OptionNaming::ByName);

/// An option of `poolscope sweep`, which must be in the table.
inline const Option &sweepOption(std::string_view name)
{
    return *findOption(name, sweepCommand);
}

} // namespace poolscope
