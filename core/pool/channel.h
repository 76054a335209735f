// SPDX-License-Identifier: GPL-3.0-or-later
// Channel: the two byte streams between the pool and one worker, whatever carries them.
//
// Never blocks. The channel tells when bytes have come; what is sent is kept until the other side
// takes it. Lives on one thread with an event loop.
#pragma once

#include <QObject>
#include <cstddef>
#include <string_view>

namespace poolscope {

class Channel : public QObject {
    Q_OBJECT

public:
    enum class ReadState { Data, NothingNow, Ended };
    struct ReadResult {
        ReadState state = ReadState::NothingNow;
        std::size_t size = 0;
    };

    using QObject::QObject;

    virtual ReadResult read(char *to, std::size_t size) = 0;
    virtual void send(std::string_view bytes) = 0;
    virtual void close() = 0;

signals:
    /// read() has something to say: bytes, or the end.
    void readable();
};

} // namespace poolscope
