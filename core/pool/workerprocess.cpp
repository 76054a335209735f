// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workerprocess.h"

#include "pool/socketchannel.h"
#include "system/descriptors.h"
#include "system/processtable.h"

#include <QProcessEnvironment>
#include <QTimer>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <vector>

namespace poolscope {

namespace {

constexpr std::size_t readSize = 64 * 1024;
constexpr int endOfChannelPatience = 1000; // milliseconds
constexpr qsizetype keptOutput = 4096;
// What a start takes, and what is left for files that are opened while workers run.
constexpr std::uint64_t descriptorsForStart = 12;
constexpr std::uint64_t descriptorsLeft = 20;
constexpr int statusWithoutRoom = EX_OSERR; // of a keeper that cannot start its worker

ProcessEnd describeEnd(int exitCode, QProcess::ExitStatus status)
{
    if (status == QProcess::NormalExit)
        return {exitCode, 0, "ended by itself with status " + std::to_string(exitCode)};
    const char *name = sigabbrev_np(exitCode);
    return {std::nullopt, exitCode,
        "killed by signal " + std::to_string(exitCode)
            + (name ? " (SIG" + std::string(name) + ")" : "")};
}

// What follows runs in the child between fork and exec: async-signal-safe calls only.

void becomeWorker(int channel, pid_t parent, const rlimit &descriptors)
{
    setrlimit(RLIMIT_NOFILE, &descriptors);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    dup2(channel, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO); // an interpreter may print when it starts
}

void execKeeper(const char *program, pid_t parent)
{
    std::array<char, 16> number{};
    std::to_chars(number.data(), number.data() + number.size() - 1, parent);
    const std::array<const char *, 4> words{program, "--keep", number.data(), nullptr};
    prctl(PR_SET_PDEATHSIG, SIGCONT); // a keeper that is stopped would not notice another signal
    execv(program, const_cast<char *const *>(words.data()));
    _exit(1);
}

/// In a child of the keeper, which ends at once: returns in another child of the keeper, whose
/// session and group have no leader any more.
void leaveSessionLeader()
{
    setsid();
    const long worker = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, 0L);
    if (worker != 0)
        _exit(worker > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// Returns in a child of this process, which becomes the worker, while this one goes on as keeper.
void leaveKeeper(const char *program, pid_t parent)
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
        execKeeper(program, parent);
    }
    leaveSessionLeader();
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

} // namespace

WorkerProcess::WorkerProcess(QObject *parent)
    : QObject(parent)
{
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::readyReadStandardError, this, &WorkerProcess::readOutput);
    connect(&m_process, &QProcess::finished, this, &WorkerProcess::processFinished);
    connect(&m_process, &QProcess::started, this, &WorkerProcess::noteStart);
}

WorkerProcess::~WorkerProcess()
{
    m_process.disconnect(this);
    m_process.waitForStarted(-1); // before that a keeper may have no child that can be killed
    if (m_process.state() == QProcess::NotRunning)
        return;
    kill();
    m_channel->close();
    m_process.waitForFinished(-1);
}

tl::expected<void, WorkerProcess::NoRoom> WorkerProcess::start(
    const WorkerProgram &program, const rlimit &descriptors)
{
    if (const auto room = checkDescriptors(descriptorsForStart + descriptorsLeft); !room)
        return tl::unexpected(NoRoom{Missing::Descriptors, room.error().message});
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return tl::unexpected(NoRoom{Missing::Descriptors, std::strerror(errno)});
    m_oomKillsBefore = oomKills("/");
    m_channel = std::make_unique<SocketChannel>(pair[0]);
    connect(m_channel.get(), &Channel::readable, this, &WorkerProcess::readChannel);
    m_isKept = !program.keeper.empty();
    m_process.setChildProcessModifier(
        [channel = pair[1], parent = getpid(), keeper = program.keeper, descriptors] {
            setsid();
            const pid_t itself = getpid();
            if (!keeper.empty())
                leaveKeeper(keeper.c_str(), parent);
            becomeWorker(channel, keeper.empty() ? parent : itself, descriptors);
        });
    QStringList arguments;
    for (const std::string &argument : program.arguments)
        arguments << QString::fromStdString(argument);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const auto &[name, value] : program.environment)
        environment.insert(QString::fromStdString(name), QString::fromStdString(value));
    m_process.setProcessEnvironment(environment);
    m_process.start(QString::fromStdString(program.program), arguments);
    ::close(pair[1]);
    if (m_process.state() == QProcess::NotRunning)
        return tl::unexpected(
            NoRoom{Missing::Processes, m_process.errorString().toStdString() + " (see ulimit -u)"});
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            emit failedToStart(m_process.errorString());
    });
    return {};
}

/// When QProcess reports the start, both keeper and worker run their programs.
void WorkerProcess::noteStart()
{
    m_keeper = static_cast<pid_t>(m_process.processId());
    const std::vector<pid_t> children = m_isKept ? childrenOf(m_keeper) : std::vector{m_keeper};
    m_pid = children.empty() ? 0 : children.front();
    if (const auto worker = processEntry(m_pid))
        m_session = worker->session;
    if (m_isKilled)
        kill();
    emit started();
}

void WorkerProcess::send(std::string_view frames)
{
    m_channel->send(frames);
    m_sentBytes += frames.size();
    m_board.setSent(m_sentBytes);
}

void WorkerProcess::takeFromBoard()
{
    const std::string bytes = m_board.liveBytesAfter(m_receivedBytes);
    if (bytes.empty())
        return;
    m_decoder.feed(bytes);
    m_receivedBytes += bytes.size();
    emit received();
}

void WorkerProcess::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_isKilled = true; // a keeper that is about to start a worker has no child yet
    if (!m_isKept) {
        m_process.kill();
        return;
    }
    const auto keeper = static_cast<pid_t>(m_process.processId());
    killDescendants(keeper);
    ::kill(keeper, SIGCONT);
}

/// 0 once it has ended, since its number may be another's by then.
pid_t WorkerProcess::runningPid() const
{
    return m_process.state() == QProcess::NotRunning ? 0 : m_pid;
}

Channel::ReadState WorkerProcess::readSome()
{
    char *to = m_decoder.prepare(readSize);
    const auto [state, size] = m_channel->read(to, readSize);
    const auto known = std::min<std::uint64_t>(m_receivedBytes - m_channelBytes, size);
    if (known > 0)
        std::memmove(to, to + known, size - known);
    m_decoder.commit(size - known);
    m_channelBytes += size;
    m_receivedBytes += size - known;
    return state;
}

void WorkerProcess::readChannel()
{
    const Channel::ReadState state = readSome();
    if (state == Channel::ReadState::Data)
        emit received();
    else if (state == Channel::ReadState::Ended)
        QTimer::singleShot(endOfChannelPatience, this, &WorkerProcess::killIfItStillRuns);
}

/// The keeper may still wait for what the worker has left running.
void WorkerProcess::killIfItStillRuns()
{
    const auto worker = processEntry(m_pid);
    if (!m_isKept || (worker && worker->parent == m_keeper))
        kill();
}

void WorkerProcess::readOutput()
{
    const QByteArray text = m_process.readAllStandardError();
    if (text.isEmpty())
        return;
    keepOutput(text);
    emit wroteToStandardError(text);
}

void WorkerProcess::keepOutput(QByteArrayView text)
{
    m_lastOutput.append(text);
    if (m_lastOutput.size() > keptOutput)
        m_lastOutput = m_lastOutput.last(keptOutput);
}

void WorkerProcess::processFinished(int exitCode, QProcess::ExitStatus status)
{
    readOutput();
    while (readSome() == Channel::ReadState::Data) { }
    m_decoder.feed(m_board.bytesAfter(m_receivedBytes));
    m_channel->close();
    m_end = describeEnd(exitCode, status);
    if (m_isKept && m_session != 0 && m_end.signal == SIGKILL)
        killSession(m_session); // nobody else does so if the keeper itself was killed
    if (m_isKept && m_pid == 0 && exitCode == statusWithoutRoom)
        m_end.words = "there is no room for its process (see ulimit -u)";
    if (m_end.signal == SIGKILL)
        m_end.words += oomKillsBetween(m_oomKillsBefore, oomKills("/"));
    emit received();
    emit ended();
}

} // namespace poolscope
