// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/executedprocess.h"

#include "system/processtable.h"

#include <QProcessEnvironment>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace poolscope {

namespace {

constexpr int statusWithoutRoom = EX_OSERR; // of a keeper that cannot start its worker

// The functions below run in the child between fork and exec. They make async-signal-safe calls.

void becomeWorker(int channel, pid_t parent, const rlimit &descriptors)
{
    setrlimit(RLIMIT_NOFILE, &descriptors);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    dup2(channel, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO); // an interpreter may print when it starts
}

void execKeeper(const char *program, const char *mode, pid_t parent)
{
    std::array<char, 16> number{};
    std::to_chars(number.data(), number.data() + number.size() - 1, parent);
    const std::array<const char *, 4> words{program, mode, number.data(), nullptr};
    prctl(PR_SET_PDEATHSIG, SIGCONT); // a keeper that is stopped would not notice another signal
    execv(program, const_cast<char *const *>(words.data()));
    _exit(1);
}

/// Called in a child of the keeper, which ends at once. Returns in another child of the keeper,
/// whose session and group have no leader any more.
void leaveSessionLeader()
{
    setsid();
    const long worker = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, 0L);
    if (worker != 0)
        _exit(worker > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// Returns in a child of this process, which becomes the worker. This process becomes the keeper.
void leaveKeeper(const char *program, const char *mode, pid_t parent)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t leader = _Fork();
    if (leader != 0) {
        int status = 0;
        if (leader < 0 || waitpid(leader, &status, 0) != leader || status != EXIT_SUCCESS)
            _exit(statusWithoutRoom);
        execKeeper(program, mode, parent);
    }
    leaveSessionLeader();
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

} // namespace

ExecutedProcess::ExecutedProcess(WorkerProgram program, const rlimit &descriptors, QObject *parent)
    : ChildProcess(parent)
    , m_program(std::move(program))
    , m_descriptors(descriptors)
{
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::readyReadStandardError, this, &ExecutedProcess::readOutput);
    connect(&m_process, &QProcess::finished, this, &ExecutedProcess::processFinished);
    connect(&m_process, &QProcess::started, this, &ExecutedProcess::noteStart);
}

ExecutedProcess::~ExecutedProcess()
{
    m_process.disconnect(this);
    m_process.waitForStarted(-1); // a keeper that is starting may have no child to kill
    if (!isRunning())
        return;
    kill();
    m_process.waitForFinished(-1);
}

tl::expected<void, ChildProcess::NoRoom> ExecutedProcess::start(int channel)
{
    m_process.setChildProcessModifier(
        [channel, parent = getpid(), keeper = m_program.keeper, mode = m_program.keeperMode,
            descriptors = m_descriptors] {
            setsid();
            const pid_t itself = getpid();
            if (!keeper.empty())
                leaveKeeper(keeper.c_str(), mode.c_str(), parent);
            becomeWorker(channel, keeper.empty() ? parent : itself, descriptors);
        });
    QStringList arguments;
    for (const std::string &argument : m_program.arguments)
        arguments << QString::fromStdString(argument);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const auto &[name, value] : m_program.environment)
        environment.insert(QString::fromStdString(name), QString::fromStdString(value));
    m_process.setProcessEnvironment(environment);
    m_process.start(QString::fromStdString(m_program.program), arguments);
    if (!isRunning())
        return tl::unexpected(
            NoRoom{Missing::Processes, m_process.errorString().toStdString() + " (see ulimit -u)"});
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            emit failedToStart(m_process.errorString());
    });
    return {};
}

/// When QProcess reports the start, both keeper and worker run their programs.
void ExecutedProcess::noteStart()
{
    const auto process = static_cast<pid_t>(m_process.processId());
    const std::vector<pid_t> children =
        m_program.keeper.empty() ? std::vector{process} : childrenOf(process);
    setPids(children.empty() ? 0 : children.front(), process);
    if (m_isKilled)
        kill();
    emit started();
}

void ExecutedProcess::kill()
{
    if (!isRunning())
        return;
    m_isKilled = true; // a keeper that is about to start a worker has no child yet
    if (m_program.keeper.empty()) {
        m_process.kill();
        return;
    }
    killKeptBy(static_cast<pid_t>(m_process.processId()));
}

void ExecutedProcess::readOutput()
{
    const QByteArray text = m_process.readAllStandardError();
    if (!text.isEmpty())
        emit wroteToStandardError(text);
}

void ExecutedProcess::processFinished(int exitCode, QProcess::ExitStatus status)
{
    readOutput();
    const bool isKept = !m_program.keeper.empty();
    ProcessEnd end =
        status == QProcess::NormalExit ? endedWithStatus(exitCode) : endedBySignal(exitCode);
    if (isKept && end.signal == SIGKILL)
        killSessionOfProcess();
    if (isKept && pid() == 0 && exitCode == statusWithoutRoom)
        end.words = "there is no room for its process (see ulimit -u)";
    setEnd(std::move(end));
    emit ended();
}

} // namespace poolscope
