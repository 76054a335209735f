// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workerprocess.h"

#include "pool/socketchannel.h"
#include "system/descriptors.h"
#include "system/processtable.h"

#include <QTimer>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

constexpr std::size_t readSize = 64 * 1024;
constexpr int endOfChannelPatience = 1000; // milliseconds
constexpr qsizetype keptOutput = 4096;
// The descriptors that a start needs, and those that are left for files that are opened while
// workers run.
constexpr std::uint64_t descriptorsForStart = 12;
constexpr std::uint64_t descriptorsLeft = 20;

} // namespace

WorkerProcess::WorkerProcess(QObject *parent)
    : QObject(parent)
{
}

WorkerProcess::~WorkerProcess()
{
    if (m_process)
        m_process->disconnect(this);
    if (m_channel)
        m_channel->close();
}

tl::expected<void, ChildProcess::NoRoom> WorkerProcess::start(std::unique_ptr<ChildProcess> process)
{
    using NoRoom = ChildProcess::NoRoom;
    constexpr auto descriptors = ChildProcess::Missing::Descriptors;
    m_process = std::move(process);
    if (const auto room = checkDescriptors(descriptorsForStart + descriptorsLeft); !room)
        return tl::unexpected(NoRoom{descriptors, room.error().message});
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return tl::unexpected(NoRoom{descriptors, std::strerror(errno)});
    m_oomKillsBefore = oomKills("/");
    m_channel = std::make_unique<SocketChannel>(pair[0]);
    connect(m_channel.get(), &Channel::readable, this, &WorkerProcess::readChannel);
    connect(m_process.get(), &ChildProcess::started, this, &WorkerProcess::started);
    connect(
        m_process.get(), &ChildProcess::failedToStart, this, &WorkerProcess::processFailedToStart);
    connect(m_process.get(), &ChildProcess::wroteToStandardError, this, &WorkerProcess::takeOutput);
    connect(m_process.get(), &ChildProcess::ended, this, &WorkerProcess::processEnded);
    auto isStarted = m_process->start(pair[1]);
    ::close(pair[1]);
    return isStarted;
}

void WorkerProcess::send(std::string_view frames)
{
    m_channel->send(frames);
    m_sentBytes += frames.size();
    m_statusPage.setSent(m_sentBytes);
}

void WorkerProcess::readStatusPage()
{
    const std::string bytes = m_statusPage.liveBytesAfter(m_receivedBytes);
    if (bytes.empty())
        return;
    m_decoder.feed(bytes);
    m_receivedBytes += bytes.size();
    emit received();
}

/// Returns 0 once the process has ended, since another may have its number by then.
pid_t WorkerProcess::runningPid() const
{
    return m_process->isRunning() ? pid() : 0;
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

/// Kills a worker that still runs, but not a keeper that waits for the worker's processes.
void WorkerProcess::killIfItStillRuns()
{
    const auto worker = processEntry(pid());
    if (pid() == keeper() || (worker && worker->parent == keeper()))
        kill();
}

void WorkerProcess::takeOutput(const QByteArray &text)
{
    keepOutput(text);
    emit wroteToStandardError(text);
}

void WorkerProcess::keepOutput(QByteArrayView text)
{
    m_lastOutput.append(text);
    if (m_lastOutput.size() > keptOutput)
        m_lastOutput = m_lastOutput.last(keptOutput);
}

/// Handles a worker without a report from its keeper. A worker that has sent something was started,
/// and its keeper has ended too early to report that.
void WorkerProcess::processFailedToStart(const QString &reason)
{
    while (readSome() == Channel::ReadState::Data) { }
    if (m_receivedBytes > 0) {
        processEnded();
        return;
    }
    m_channel->close();
    emit failedToStart(reason);
}

void WorkerProcess::processEnded()
{
    while (readSome() == Channel::ReadState::Data) { }
    m_decoder.feed(m_statusPage.bytesAfter(m_receivedBytes));
    m_channel->close();
    m_end = m_process->end();
    if (m_end.signal == SIGKILL)
        m_end.words += oomKillsBetween(m_oomKillsBefore, oomKills("/"));
    emit received();
    emit ended();
}

} // namespace poolscope
