// SPDX-License-Identifier: GPL-3.0-or-later
// ChildProcess: the process of a worker, and its keeper (worker/keeper.h), however both are
// started.
//
// The process has a channel as its standard input, its standard output goes where its standard
// error does, and it dies with this program. Between this program and a process that may start
// others is a keeper, and the process counts as running until nothing is left of what it started.
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

    /// Starts the process with this descriptor as its standard input; the caller closes the
    /// descriptor. If the start turns out to be impossible later, failedToStart() follows.
    virtual tl::expected<void, NoRoom> start(int channel) = 0;
    virtual bool isRunning() const = 0;
    /// Kills the process and all that it started. ended() follows.
    virtual void kill() = 0;

    /// The process, and its keeper, from which all descends that the process starts. Both are the
    /// same if there is no keeper, and 0 before started().
    pid_t pid() const { return m_pid; }
    pid_t keeper() const { return m_keeper; }
    /// How the process ended, once ended() was emitted.
    const ProcessEnd &end() const { return m_end; }

signals:
    void started();
    void failedToStart(const QString &reason);
    void wroteToStandardError(const QByteArray &text);
    /// The process has ended, and all that it started. wroteToStandardError() was emitted for all
    /// that it wrote.
    void ended();

protected:
    void setPids(pid_t pid, pid_t keeper);
    void setEnd(ProcessEnd end) { m_end = std::move(end); }
    /// Kills all that descends from a keeper, which then ends.
    static void killKeptBy(pid_t keeper);
    /// Kills the session of the process. To be called if the keeper itself was killed, since no
    /// other process kills what it kept.
    void killSessionOfProcess() const;

private:
    pid_t m_pid = 0;
    pid_t m_keeper = 0;
    pid_t m_session = 0; ///< of the process
    ProcessEnd m_end;
};

} // namespace poolscope
