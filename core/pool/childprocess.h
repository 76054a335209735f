// SPDX-License-Identifier: GPL-3.0-or-later
// ChildProcess: a process of a worker's, however it came to be, and its keeper (worker/keeper.h).
//
// It has a channel as its standard input, its standard output goes where its standard error does,
// and it dies with this program. Between this program and a process that may start others is a
// keeper: the child counts as running until nothing is left of what it started.
// Lives on one thread with an event loop.
#pragma once

#include <QByteArray>
#include <QObject>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>

namespace poolscope {

/// How a process ended.
struct ProcessEnd {
    std::optional<std::int32_t> exitStatus; ///< where it ended by itself
    std::int32_t signal = 0; ///< that killed it
    std::string words; ///< "killed by signal 9 (SIGKILL)"
};

ProcessEnd endedBySignal(std::int32_t signal);
ProcessEnd endedWithStatus(std::int32_t status);

class ChildProcess : public QObject {
    Q_OBJECT

public:
    enum class Missing : std::uint8_t { Descriptors, Processes };
    /// Why there is no room for another process.
    struct NoRoom {
        Missing missing;
        std::string why; ///< one line
    };

    using QObject::QObject;

    /// Starts it with this descriptor as its standard input, which stays the caller's to close.
    /// Where that turns out to be impossible later, failedToStart() follows.
    virtual tl::expected<void, NoRoom> start(int channel) = 0;
    virtual bool isRunning() const = 0;
    /// Kills the process and all that it started. ended() follows.
    virtual void kill() = 0;

    /// The process, and the one that all descends from which it starts, which is the process itself
    /// where it has no keeper. 0 before started().
    pid_t pid() const { return m_pid; }
    pid_t keeper() const { return m_keeper; }
    /// How it ended, once it has.
    const ProcessEnd &end() const { return m_end; }

signals:
    void started();
    void failedToStart(const QString &reason);
    void wroteToStandardError(const QByteArray &text);
    /// It is gone, and what it started. All that it wrote to standard error was told.
    void ended();

protected:
    void setPids(pid_t pid, pid_t keeper);
    void setEnd(ProcessEnd end) { m_end = std::move(end); }
    /// To be called when the keeper itself was killed: nobody else kills what it kept.
    void killSessionOfProcess() const;

private:
    pid_t m_pid = 0;
    pid_t m_keeper = 0;
    pid_t m_session = 0; ///< of the process
    ProcessEnd m_end;
};

} // namespace poolscope
