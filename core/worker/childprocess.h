// SPDX-License-Identifier: GPL-3.0-or-later
// ChildProcess: a program that the worker runs for its task, and the pipes to it.
//
// The program is killed when the worker dies. It ignores the signals that were ignored when
// Poolscope was started, and has no descriptors but 0, 1 and 2.
//
// The worker becomes the subreaper of the processes that such programs start: a process whose
// parent has ended becomes a child of the worker. If a program is killed, or dies by a signal, all
// processes that it has started are killed. If it ends by itself, they continue to run, and the
// worker's keeper waits for them (worker/keeper.h). One program runs at a time.
#pragma once

#include "system/descriptor.h"
#include "system/oomkills.h"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

namespace poolscope::worker {

class ChildProcess {
public:
    enum class StandardInput { Null, Pipe };

    /// Runs the program at `path`. `words` are its argv. Fails with an errno.
    static tl::expected<ChildProcess, int> start(
        const std::string &path, std::vector<std::string> words, StandardInput standardInput);

    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&) = delete;
    /// Kills the program and the processes that it has started, unless it was reaped.
    ~ChildProcess();

    pid_t pid() const { return m_pid; }
    /// A descriptor that is readable once the program has ended. Then reap() does not wait.
    const Descriptor &ending() const { return m_ending; }
    Descriptor &standardInput() { return m_input; } ///< closed with StandardInput::Null
    Descriptor &standardOutput() { return m_output; }
    Descriptor &standardError() { return m_error; }

    /// Kills the program and the processes that it has started. reap() follows.
    void kill();
    /// Waits for the program's end and returns its status, as waitpid() does. If it died by a
    /// signal, kills the processes that it has started.
    int reap();
    /// Reaps adopted processes that have ended, at most once a second. To be called repeatedly
    /// while the program runs. Returns the time (clock.h) at which the next call is due.
    std::uint64_t reapOthersIfDue(std::uint64_t time);

private:
    ChildProcess() = default;
    void reapOthers();
    void killOrphans() const;

    pid_t m_pid = 0; ///< 0 if reaped
    /// Processes that earlier programs left running.
    std::vector<pid_t> m_others;
    std::uint64_t m_nextReap = 0; ///< clock time
    Descriptor m_ending;
    Descriptor m_input;
    Descriptor m_output;
    Descriptor m_error;
};

/// Describes a waitpid() status: "ended with status 3" or "was killed by signal 9 (SIGKILL)". Adds
/// kills by the kernel's out-of-memory killer that may be the cause.
std::string describeStatus(int status, const OomWatch &outOfMemory);

} // namespace poolscope::worker
