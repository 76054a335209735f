// SPDX-License-Identifier: GPL-3.0-or-later
// ChildProcess: the process of a worker, and its keeper (worker/keeper.h). The base class of two
// ways to start them.
//
// The process has a channel as its standard input, writes standard output to standard error, and
// dies with this program. A keeper is the parent of a process that may start others, and the
// process counts as running until all processes that it started have ended. Lives on one thread
// with an event loop.
#pragma once

#include <QByteArray>
#include <QObject>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>

namespace poolscope {

/// The end of a process.
struct ProcessEnd {
    std::optional<std::int32_t> exitStatus; ///< if it ended by itself
    std::int32_t signal = 0; ///< signal that killed it
    std::string words; ///< "killed by signal 9 (SIGKILL)"
};

ProcessEnd endedBySignal(std::int32_t signal);
ProcessEnd endedWithStatus(std::int32_t status);

class ChildProcess : public QObject {
    Q_OBJECT

public:
    enum class Missing : std::uint8_t { Descriptors, Processes };
    /// The reason why no further process can be started.
    struct NoRoom {
        Missing missing;
        std::string why; ///< one line
    };

    using QObject::QObject;

    /// Starts the process with this descriptor as its standard input. The caller closes the
    /// descriptor. failedToStart() follows if the start fails later.
    virtual tl::expected<void, NoRoom> start(int channel) = 0;
    virtual bool isRunning() const = 0;
    /// Kills the process and all that it started. ended() follows.
    virtual void kill() = 0;

    /// The process, and its keeper, the ancestor of all processes that it starts. Both are equal if
    /// there is no keeper, and 0 before started().
    pid_t pid() const { return m_pid; }
    pid_t keeper() const { return m_keeper; }
    /// The end of the process, once ended() was emitted.
    const ProcessEnd &end() const { return m_end; }

signals:
    void started();
    void failedToStart(const QString &reason);
    void wroteToStandardError(const QByteArray &text);
    /// The process and all that it started have ended. wroteToStandardError() was emitted for
    /// everything that it wrote.
    void ended();

protected:
    void setPids(pid_t pid, pid_t keeper);
    void setEnd(ProcessEnd end) { m_end = std::move(end); }
    /// Kills all descendants of a keeper, which then ends.
    static void killKeptBy(pid_t keeper);
    /// Kills the session, or the group, of the process. Called if the keeper itself was killed,
    /// since no other process kills its descendants.
    void killSessionOfProcess() const;
    void killGroupOfProcess() const;

private:
    pid_t m_pid = 0;
    pid_t m_keeper = 0;
    pid_t m_session = 0; ///< of the process
    pid_t m_group = 0; ///< of the process
    ProcessEnd m_end;
};

} // namespace poolscope
