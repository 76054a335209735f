// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/askprogram.h"

#include <QDeadlineTimer>
#include <QProcess>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int patience = 30'000; // milliseconds
constexpr int interval = 20; // milliseconds between two calls of `wanted`
constexpr qsizetype mostOutput = 16 << 20; // bytes
constexpr qsizetype keptError = 64 << 10;

/// Runs in the child between fork and exec: async-signal-safe calls only.
void beginGroup(pid_t parent)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

/// A program with the processes that it starts, none of which outlives this object.
class AskedProcess {
public:
    AskedProcess(const std::string &program, const std::vector<std::string> &arguments,
        const std::string &folder)
    {
        QStringList list;
        for (const std::string &argument : arguments)
            list << QString::fromStdString(argument);
        m_process.setWorkingDirectory(QString::fromStdString(folder));
        m_process.setStandardInputFile(QProcess::nullDevice());
        m_process.setChildProcessModifier([parent = getpid()] { beginGroup(parent); });
        m_process.start(QString::fromStdString(program), list);
        m_pid = static_cast<pid_t>(m_process.processId());
    }
    AskedProcess(const AskedProcess &) = delete;
    AskedProcess &operator=(const AskedProcess &) = delete;
    ~AskedProcess()
    {
        if (m_pid > 0)
            ::kill(-m_pid, SIGKILL);
        m_process.kill();
        m_process.waitForFinished(-1);
    }

    /// Reads the program's output for an interval, or until it ends. Returns whether it has ended.
    bool waitForEnd()
    {
        const bool ended =
            m_process.waitForFinished(interval) || m_process.state() == QProcess::NotRunning;
        m_output += m_process.readAllStandardOutput();
        m_error = (m_error + m_process.readAllStandardError()).right(keptError);
        return ended;
    }
    bool hasWrittenTooMuch() const { return m_output.size() > mostOutput; }
    bool hasStarted() const { return m_process.error() != QProcess::FailedToStart; }
    std::string errorText() const { return m_process.errorString().toStdString(); }

    ProgramAnswer answer() const
    {
        const bool exited = m_process.exitStatus() == QProcess::NormalExit;
        return {m_output.toStdString(), m_error.toStdString(), exited ? m_process.exitCode() : 0,
            exited ? 0 : m_process.exitCode()};
    }

private:
    QProcess m_process;
    pid_t m_pid = 0;
    QByteArray m_output;
    QByteArray m_error;
};

} // namespace

Result<ProgramAnswer> askProgram(const std::string &what, const std::string &program,
    const std::vector<std::string> &arguments, const StillWanted &wanted, const std::string &folder)
{
    const QDeadlineTimer deadline(patience);
    AskedProcess process(program, arguments, folder);
    while (!process.waitForEnd()) {
        if (wanted && !wanted())
            return failure("the answer of " + what + " is no longer wanted");
        if (process.hasWrittenTooMuch())
            return failure(what + " does not stop writing");
        if (deadline.hasExpired())
            return failure(what + " did not answer in 30 s");
    }
    if (!process.hasStarted())
        return failure("cannot start " + what + ": " + process.errorText());
    return process.answer();
}

} // namespace poolscope
