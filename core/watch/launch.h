// SPDX-License-Identifier: GPL-3.0-or-later
// LaunchedCommand: the command that is watched, started as a shell would start it.
//
// In a terminal the command has the terminal, and the signals that its keys send: standard input,
// output and error, process group and job control are those of this process.
#pragma once

#include "result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace poolscope::watch {

struct CommandLaunch {
    std::vector<std::string> words; ///< the program, and its arguments
    std::vector<std::pair<std::string, std::string>> environment; ///< variables to add
    /// The end of a pipe for standard output and error. The command then has no standard input, and
    /// a process group of its own. If there is none, it has those of this process.
    std::optional<int> output = {};
    std::string folder = {}; ///< in which to start. Empty for that of this process
    std::optional<rlimit> descriptors = {}; ///< the limit. Nothing for that of this process
};

/// The end of a command.
struct CommandEnd {
    int status = 0; ///< exit status
    int signal = 0; ///< the signal that ended the command, or 0
};

/// A command that could not be started: 127 if it was not found, 126 if it cannot be executed.
struct LaunchFailure {
    int status = 126;
    std::string message;
};

class LaunchedCommand {
public:
    static tl::expected<LaunchedCommand, LaunchFailure> start(const CommandLaunch &launch);

    pid_t pid() const { return m_pid; }
    /// Waits for the command's end, for this number of milliseconds at most. Nothing if it runs on.
    std::optional<CommandEnd> wait(int milliseconds);

private:
    explicit LaunchedCommand(pid_t pid);

    pid_t m_pid = -1;
    int m_descriptor = -1; ///< of the process
};

/// Ends this process by the same signal, or returns the exit status.
int endAs(const CommandEnd &end);

} // namespace poolscope::watch
