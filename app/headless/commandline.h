// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: what the arguments ask for, as plain data.
#pragma once

#include "pool/runspec.h"

#include <optional>
#include <string>
#include <variant>

namespace poolscope {

/// What `poolscope run` was told.
struct RunOptions {
    RunSpec spec;
    std::optional<std::string> output; ///< a file; nothing: standard output
    bool discard = false; ///< values go nowhere
    bool unordered = false;
    std::optional<std::string> summary; ///< a file, or "-" for standard output
    bool quiet = false;
};

struct TasksCommand { };

/// Nothing to run, something to say: help, the version, or what is wrong with the arguments.
struct MessageCommand {
    std::string text;
    int status = 0;
};

using CommandLine = std::variant<RunOptions, TasksCommand, MessageCommand>;

CommandLine parseCommandLine(int argc, char **argv);

} // namespace poolscope
