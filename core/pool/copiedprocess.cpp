// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/copiedprocess.h"

#include "wire/lifeline.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

tl::unexpected<ChildProcess::NoRoom> noDescriptors()
{
    return tl::unexpected(
        ChildProcess::NoRoom{ChildProcess::Missing::Descriptors, std::strerror(errno)});
}

} // namespace

CopiedProcess::CopiedProcess(TaskLoader &loader, WorkerId worker, QObject *parent)
    : ChildProcess(parent)
    , m_loader(&loader)
    , m_worker(worker)
{
}

CopiedProcess::~CopiedProcess()
{
    if (!m_isRunning)
        return;
    kill();
    char rest[sizeof(int)];
    while (keeper() != 0 && recv(m_lifeline.number(), rest, sizeof(rest), 0) > 0) { }
}

tl::expected<void, ChildProcess::NoRoom> CopiedProcess::start(int channel)
{
    TaskLoader::Request request;
    request.worker = m_worker;
    request.channel = Descriptor(fcntl(channel, F_DUPFD_CLOEXEC, 0));
    int ends[2];
    if (request.channel.number() < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return noDescriptors();
    m_lifeline = Descriptor(ends[0]);
    request.lifeline = Descriptor(ends[1]);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return noDescriptors();
    m_output = Descriptor(ends[0]);
    request.output = Descriptor(ends[1]);
    fcntl(m_output.number(), F_SETFL, O_NONBLOCK);
    m_lifelineNotifier =
        std::make_unique<QSocketNotifier>(m_lifeline.number(), QSocketNotifier::Read);
    connect(
        m_lifelineNotifier.get(), &QSocketNotifier::activated, this, &CopiedProcess::readLifeline);
    m_outputNotifier = std::make_unique<QSocketNotifier>(m_output.number(), QSocketNotifier::Read);
    connect(m_outputNotifier.get(), &QSocketNotifier::activated, this, &CopiedProcess::readOutput);
    m_isRunning = true;
    m_loader->fork(std::move(request));
    return {};
}

void CopiedProcess::kill()
{
    if (!m_isRunning)
        return;
    m_isKilled = true;
    if (keeper() == 0) {
        if (m_loader)
            m_loader->drop(m_worker); // which closes the lifeline
        return;
    }
    killKeptBy(keeper());
}

void CopiedProcess::readLifeline()
{
    std::array<char, sizeof(wire::Kept) + sizeof(int)> bytes{};
    const ssize_t size = recv(m_lifeline.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        lifelineEnded();
        return;
    }
    m_reported.append(bytes.data(), static_cast<std::size_t>(size));
    if (keeper() != 0 || m_reported.size() < sizeof(wire::Kept))
        return;
    wire::Kept kept;
    std::memcpy(&kept, m_reported.data(), sizeof(kept));
    setPids(kept.worker, kept.keeper);
    if (m_isKilled)
        kill();
    emit started();
}

void CopiedProcess::lifelineEnded()
{
    m_lifelineNotifier->setEnabled(false);
    readOutput();
    m_isRunning = false;
    if (keeper() == 0 && !m_isKilled) {
        setEnd(endedBySignal(SIGKILL)); // the death of its keeper killed it, if it was forked
        emit failedToStart(QStringLiteral("it could not be forked"));
        return;
    }
    int status = SIGKILL;
    if (m_reported.size() >= sizeof(wire::Kept) + sizeof(status))
        std::memcpy(&status, m_reported.data() + sizeof(wire::Kept), sizeof(status));
    else
        killGroupOfProcess(); // the keeper itself was killed
    setEnd(WIFSIGNALED(status) ? endedBySignal(WTERMSIG(status))
                               : endedWithStatus(WEXITSTATUS(status)));
    emit ended();
}

void CopiedProcess::readOutput()
{
    std::array<char, 64 * 1024> bytes;
    ssize_t size = 0;
    while ((size = read(m_output.number(), bytes.data(), bytes.size())) > 0)
        emit wroteToStandardError(QByteArray(bytes.data(), size));
    if (size == 0)
        m_outputNotifier->setEnabled(false);
}

} // namespace poolscope
