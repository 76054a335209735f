// SPDX-License-Identifier: GPL-3.0-or-later
// ChildProcess: a program that the worker runs for its task, and the pipes to it.
//
// The program is killed when the worker dies. It ignores the signals that were ignored when
// Poolscope was started, and has no descriptors but 0, 1 and 2.
//
// The worker becomes the subreaper of what such programs start: a process whose parent has ended is
// a child of the worker from then on. If a program is killed, or dies by a signal, all processes
// that it has started are killed. If it ends by itself, they continue to run, and the worker's
// keeper waits for them (worker/keeper.h). One program runs at a time.
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

    /// Runs the program at `path`; `words` are its argv. Fails with an errno.
    static tl::expected<ChildProcess, int> start(
        const std::string &path, std::vector<std::string> words, StandardInput standardInput);

    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&) = delete;
    /// Kills it, and what it has started, if it was not reaped.
    ~ChildProcess();

    pid_t pid() const { return m_pid; }
    /// Readable once it has ended; then reap() does not wait.
    const Descriptor &ending() const { return m_ending; }
    Descriptor &standardInput() { return m_input; }
    Descriptor &standardOutput() { return m_output; }
    Descriptor &standardError() { return m_error; }

    /// Kills it and what it has started.
    void kill();
    /// Waits for its end and returns its status, as waitpid() does. If it died by a signal, kills
    /// what it has started.
    int reap();
    /// Reaps adopted processes that have ended, at most once a second. To be called now and then
    /// while the program runs. Returns the time (see clock.h) from which it is due again.
    std::uint64_t reapOthersIfDue(std::uint64_t time);

private:
    ChildProcess() = default;
    void reapOthers();
    void killOrphans() const;

    pid_t m_pid = 0; ///< 0: reaped
    /// Processes that programs which have ended left running.
    std::vector<pid_t> m_others;
    std::uint64_t m_nextReap = 0; ///< time
    Descriptor m_ending;
    Descriptor m_input;
    Descriptor m_output;
    Descriptor m_error;
};

/// "ended with status 3" or "was killed by signal 9 (SIGKILL)", of a waitpid() status; and whether
/// the kernel's out-of-memory killer may have done it.
std::string describeStatus(int status, const OomWatch &outOfMemory);

} // namespace poolscope::worker
