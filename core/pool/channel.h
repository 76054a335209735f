// SPDX-License-Identifier: GPL-3.0-or-later
// Channel: the two byte streams between the pool and one worker, over any transport.
//
// No call blocks. A signal reports that bytes have arrived. Bytes that are sent are stored until
// the other side reads them. Lives on one thread with an event loop.
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
    /// read() returns bytes, or the end of the stream.
    void readable();
};

} // namespace poolscope
