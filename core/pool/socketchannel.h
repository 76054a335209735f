// SPDX-License-Identifier: GPL-3.0-or-later
// SocketChannel: a channel over a stream socket, such as one end of a socket pair for a local
// worker.
#pragma once

#include "pool/channel.h"

#include <QSocketNotifier>
#include <memory>
#include <string>

namespace poolscope {

class SocketChannel : public Channel {
    Q_OBJECT

public:
    /// Takes ownership of the descriptor.
    explicit SocketChannel(int socket, QObject *parent = nullptr);
    ~SocketChannel() override;

    ReadResult read(char *to, std::size_t size) override;
    void send(std::string_view bytes) override;
    void close() override;

private:
    void writeWaiting();

    int m_socket;
    std::string m_waiting;
    std::size_t m_written = 0; ///< bytes of m_waiting that were written
    std::unique_ptr<QSocketNotifier> m_readNotifier;
    std::unique_ptr<QSocketNotifier> m_writeNotifier;
};

} // namespace poolscope
