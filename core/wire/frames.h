// SPDX-License-Identifier: GPL-3.0-or-later
// FrameDecoder: divides the bytes of a channel into frames.
//
// Decoding is incremental: the bytes come in parts of any size. A type that does not belong to its
// direction, or a length beyond the type's cap, is an error that is final. No byte sequence makes
// it throw, or read beyond its end.
#pragma once

#include "wire/messages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope::wire {

enum class Direction { ToWorker, ToPool };

struct Frame {
    MessageType type;
    std::string_view body; ///< valid until prepare() or feed()
};

/// The longest body that a frame of this type may have.
std::uint32_t maxBodySize(MessageType type);

class FrameDecoder {
public:
    explicit FrameDecoder(Direction direction)
        : m_direction(direction)
    {
    }

    /// Returns memory for `size` more bytes. The caller writes bytes there, and passes their number
    /// to commit().
    char *prepare(std::size_t size);
    void commit(std::size_t size) { m_end += size; }
    void feed(std::string_view bytes);

    /// Returns the next whole frame. Nothing if more bytes are needed, or if there is an error().
    std::optional<Frame> next();

    /// The reason why the stream cannot be read any further. Empty if there is none.
    const std::string &error() const { return m_error; }
    /// Whether a frame has begun and not ended.
    bool midFrame() const { return m_end != m_begin; }

private:
    Direction m_direction;
    std::string m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    std::string m_error;
};

} // namespace poolscope::wire
