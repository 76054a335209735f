// SPDX-License-Identifier: GPL-3.0-or-later
// Run arguments: a RunSpec as arguments of `poolscope run`, both ways. The one written form of a
// spec, which run files, sweep files, traces and settings store.
#pragma once

#include "result.h"
#include "spec/optionvalues.h"
#include "spec/runspec.h"

#include <string>
#include <vector>

namespace poolscope {

/// The spec that the options of `poolscope run` or `poolscope sweep` give.
Result<RunSpec> specFrom(const OptionValues &values);

/// The arguments of `poolscope run` that give this spec, without the seed of its hashes. Values
/// that are defaults are left out.
std::vector<std::string> runArguments(const RunSpec &spec, OptionTable table = options());

/// The spec that such arguments give. Options that are not part of a spec, such as -o, are refused.
Result<RunSpec> parseRunArguments(
    const std::vector<std::string> &arguments, OptionTable table = options());

/// The arguments as text that is always UTF-8; see writtenText().
std::vector<std::string> writtenArguments(const RunSpec &spec);
Result<RunSpec> parseWrittenArguments(const std::vector<std::string> &arguments);

/// The words as a command line, quoted for a POSIX shell where needed.
std::string shellText(const std::vector<std::string> &words);
/// "poolscope run --builtin sqrt --range 1:5000", quoted for a POSIX shell where needed.
std::string shellCommand(const RunSpec &spec);

} // namespace poolscope
