// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskloader.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

constexpr std::size_t messageSize = 128 * 1024; // a failure with its traceback is much smaller

/// Sends a message with descriptors, if not null. Returns whether that succeeded.
bool sendMessage(int socket, std::string_view bytes, const std::array<int, 3> *descriptors)
{
    iovec part{const_cast<char *>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(*descriptors))> control{};
    if (descriptors) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(*descriptors));
        std::memcpy(CMSG_DATA(header), descriptors->data(), sizeof(*descriptors));
    }
    ssize_t sent = 0;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

} // namespace

TaskLoader::TaskLoader(const WorkerProgram &program, const rlimit &descriptors,
    const wire::Setup &setup, QObject *parent)
    : QObject(parent)
    , m_process(program, descriptors)
{
    wire::encode(m_setup, setup);
    connect(
        &m_process, &ChildProcess::wroteToStandardError, this, &TaskLoader::wroteToStandardError);
    connect(&m_process, &ChildProcess::ended, this, &TaskLoader::processEnded);
    connect(
        &m_process, &ChildProcess::failedToStart, this,
        [this](const QString &reason) {
            abandon("the interpreter cannot be started: " + reason.toStdString());
            emit ended();
        },
        Qt::QueuedConnection);
}

TaskLoader::~TaskLoader() = default;

tl::expected<void, ChildProcess::NoRoom> TaskLoader::start()
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return tl::unexpected(
            ChildProcess::NoRoom{ChildProcess::Missing::Descriptors, std::strerror(errno)});
    m_socket = Descriptor(pair[0]);
    const Descriptor other(pair[1]);
    m_notifier = std::make_unique<QSocketNotifier>(pair[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &TaskLoader::takeMessage);
    auto started = m_process.start(other.number());
    if (started && !sendMessage(m_socket.number(), m_setup, nullptr))
        abandon(std::strerror(errno));
    return started;
}

void TaskLoader::takeMessage()
{
    char *to = m_decoder.prepare(messageSize);
    const ssize_t size = recv(m_socket.number(), to, messageSize, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        m_notifier->setEnabled(false);
        // The keeper reports the end of the process only after its copies have ended.
        if (m_hasForked)
            abandon("the process that had loaded the task has died");
        else if (m_state != State::Ending)
            endKeeper();
        return;
    }
    m_decoder.commit(static_cast<std::size_t>(size));
    while (const auto frame = m_decoder.next())
        takeFrame(*frame);
    if (!m_decoder.error().empty())
        abandon("the process that loads the task broke the protocol: " + m_decoder.error());
}

void TaskLoader::takeFrame(const wire::Frame &frame)
{
    if (m_state != State::Loading)
        return;
    if (frame.type == wire::MessageType::Refused) {
        m_state = State::Unusable;
        if (const auto message = wire::decodeRefused(frame.body))
            emit refused(message->reason);
        return;
    }
    const auto message = frame.type == wire::MessageType::Loaded
        ? wire::decodeLoaded(frame.body)
        : Result<wire::Loaded>(failure("an unexpected message"));
    if (!message) {
        abandon("the process that loads the task broke the protocol: " + message.error().message);
        return;
    }
    if (!message->obstacle.empty()) {
        abandon(message->obstacle);
        return;
    }
    m_state = State::Loaded;
    m_cost = message->loading;
    emit loaded(*message);
    for (const Request &request : std::exchange(m_waiting, {}))
        sendRequest(request);
}

void TaskLoader::fork(Request request)
{
    if (m_state == State::Loading)
        m_waiting.push_back(std::move(request));
    else if (m_state == State::Loaded)
        sendRequest(request);
}

void TaskLoader::sendRequest(const Request &request)
{
    if (m_state != State::Loaded)
        return;
    std::string frame;
    wire::encode(frame, wire::Fork{request.worker});
    const std::array<int, 3> descriptors{
        request.channel.number(), request.output.number(), request.lifeline.number()};
    m_hasForked = true;
    if (!sendMessage(m_socket.number(), frame, &descriptors))
        abandon("the process that had loaded the task has died");
}

bool TaskLoader::drop(WorkerId worker)
{
    return std::erase_if(m_waiting, [&](const Request &r) { return r.worker == worker; }) > 0;
}

void TaskLoader::abandon(const std::string &reason)
{
    if (!canFork())
        return;
    m_state = State::Unusable;
    emit unusable(reason);
    m_waiting.clear();
}

void TaskLoader::processEnded()
{
    abandon("the process that loads the task was " + m_process.end().words);
    emit ended();
}

/// Asks the keeper not to wait any longer for the copies of a process that has failed.
void TaskLoader::endKeeper()
{
    if (isRunning() && keeper() > 0)
        ::kill(keeper(), SIGTERM);
}

void TaskLoader::end()
{
    const bool hasFailed = m_state == State::Unusable;
    m_state = State::Ending;
    m_waiting.clear();
    m_notifier.reset();
    m_socket.close();
    if (hasFailed)
        endKeeper();
}

void TaskLoader::kill()
{
    end();
    m_process.kill();
    endKeeper();
}

} // namespace poolscope
