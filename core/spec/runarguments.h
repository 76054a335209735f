// SPDX-License-Identifier: GPL-3.0-or-later
// Run arguments: the arguments of `poolscope run` for a RunSpec. They are the only written form of
// a spec, which run files, sweep files, traces and settings store.
#pragma once

#include "result.h"
#include "spec/optionvalues.h"
#include "spec/runspec.h"

#include <string>
#include <vector>

namespace poolscope {

/// Returns the spec of the options of `poolscope run` or `poolscope sweep`.
Result<RunSpec> specFrom(const OptionValues &values);

/// Returns the arguments of `poolscope run` for this spec, without the seed of its hashes. Leaves
/// out default values.
std::vector<std::string> runArguments(const RunSpec &spec, OptionTable table = options());

/// Returns the spec of such arguments. Fails at an option that is not part of a spec, such as -o.
Result<RunSpec> parseRunArguments(
    const std::vector<std::string> &arguments, OptionTable table = options());

/// Returns the arguments as text that is always UTF-8; see writtenText().
std::vector<std::string> writtenArguments(const RunSpec &spec);
Result<RunSpec> parseWrittenArguments(const std::vector<std::string> &arguments);

/// Returns the words as a command line, quoted for a POSIX shell where necessary.
std::string shellText(const std::vector<std::string> &words);
/// "poolscope run --builtin sqrt --range 1:5000", quoted for a POSIX shell where necessary.
std::string shellCommand(const RunSpec &spec);

} // namespace poolscope
