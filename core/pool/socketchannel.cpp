// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/socketchannel.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace poolscope {

SocketChannel::SocketChannel(int socket, QObject *parent)
    : Channel(parent)
    , m_socket(socket)
    , m_readNotifier(std::make_unique<QSocketNotifier>(socket, QSocketNotifier::Read))
    , m_writeNotifier(std::make_unique<QSocketNotifier>(socket, QSocketNotifier::Write))
{
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    m_writeNotifier->setEnabled(false);
    connect(m_readNotifier.get(), &QSocketNotifier::activated, this, &Channel::readable);
    connect(m_writeNotifier.get(), &QSocketNotifier::activated, this, &SocketChannel::writeWaiting);
}

SocketChannel::~SocketChannel()
{
    close();
}

Channel::ReadResult SocketChannel::read(char *to, std::size_t size)
{
    if (m_socket < 0)
        return {ReadState::Ended, 0};
    const ssize_t got = recv(m_socket, to, size, 0);
    if (got > 0)
        return {ReadState::Data, static_cast<std::size_t>(got)};
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return {ReadState::NothingNow, 0};
    m_readNotifier->setEnabled(false);
    return {ReadState::Ended, 0};
}

void SocketChannel::send(std::string_view bytes)
{
    if (m_socket < 0)
        return;
    if (m_written > m_waiting.size() / 2) {
        m_waiting.erase(0, m_written);
        m_written = 0;
    }
    m_waiting.append(bytes);
    if (!m_writeNotifier->isEnabled())
        writeWaiting();
}

void SocketChannel::writeWaiting()
{
    while (m_written < m_waiting.size()) {
        const ssize_t sent = ::send(
            m_socket, m_waiting.data() + m_written, m_waiting.size() - m_written, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            m_writeNotifier->setEnabled(true);
            return;
        }
        if (sent < 0 && errno != EINTR)
            break; // the worker has ended, which read() reports
        if (sent > 0)
            m_written += static_cast<std::size_t>(sent);
    }
    m_writeNotifier->setEnabled(false);
    m_waiting.clear();
    m_written = 0;
    constexpr std::size_t kept = 1U << 20;
    if (m_waiting.capacity() > kept)
        m_waiting.shrink_to_fit();
}

void SocketChannel::close()
{
    if (m_socket < 0)
        return;
    m_readNotifier.reset();
    m_writeNotifier.reset();
    ::close(m_socket);
    m_socket = -1;
}

} // namespace poolscope
