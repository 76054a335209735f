// SPDX-License-Identifier: GPL-3.0-or-later
// Codec: messages to frames, and bytes back to frames and messages.
//
// Encoding appends a whole frame to a string. Decoding is incremental: a FrameDecoder takes bytes
// as they come, in pieces of any size, and gives out whole frames; a type that does not belong to
// its direction or a length beyond the type's cap puts it into a terminal error state. The decode
// functions read one frame's body and fail on a body that is too short, too long or out of range.
// No byte sequence makes any of them throw, or read beyond what it was given.
#pragma once

#include "result.h"
#include "wire/messages.h"

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace poolscope::wire {

enum class Direction { ToWorker, ToPool };

struct Frame {
    MessageType type;
    std::string_view body; ///< valid until the decoder is next given bytes
};

/// The longest body that a frame of this type may have.
std::uint32_t maxBodySize(MessageType type);

class FrameDecoder {
public:
    explicit FrameDecoder(Direction direction)
        : m_direction(direction)
    {
    }

    /// Room for `size` more bytes; write there, then tell with commit() how many came.
    char *prepare(std::size_t size);
    void commit(std::size_t size) { m_end += size; }
    void feed(std::string_view bytes);

    /// The next whole frame, or nothing: then more bytes are needed, or error() says what is wrong.
    std::optional<Frame> next();

    /// Empty, or why this stream cannot be read any further.
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

/// Appends fields to a string, little-endian.
class FieldWriter {
public:
    explicit FieldWriter(std::string &out)
        : m_out(out)
    {
    }

    template <std::integral T> void number(T value)
    {
        char bytes[sizeof(T)];
        std::memcpy(bytes, &value, sizeof(T));
        m_out.append(bytes, sizeof(T));
    }
    void real(double value)
    {
        char bytes[sizeof(double)];
        std::memcpy(bytes, &value, sizeof(double));
        m_out.append(bytes, sizeof(double));
    }
    void raw(std::string_view bytes) { m_out.append(bytes); }
    void string(std::string_view text)
    {
        number(static_cast<std::uint32_t>(text.size()));
        raw(text);
    }

private:
    std::string &m_out;
};

/// Reads fields back. Reading beyond the end gives zeros and makes ok() false for good.
class FieldReader {
public:
    explicit FieldReader(std::string_view bytes)
        : m_rest(bytes)
    {
    }

    template <std::integral T> T number()
    {
        T value{};
        copy(&value, sizeof(T));
        return value;
    }
    double real()
    {
        double value = 0;
        copy(&value, sizeof(value));
        return value;
    }
    std::string_view string();
    std::string_view rest() { return std::exchange(m_rest, {}); }

    std::string_view unread() const { return m_rest; }
    bool ok() const { return m_ok; }
    bool atEnd() const { return m_ok && m_rest.empty(); }

private:
    void copy(void *to, std::size_t size)
    {
        if (m_rest.size() < size) {
            m_ok = false;
            m_rest = {};
            return;
        }
        std::memcpy(to, m_rest.data(), size);
        m_rest.remove_prefix(size);
    }

    std::string_view m_rest;
    bool m_ok = true;
};

void encode(std::string &out, const Setup &message);
void encode(std::string &out, const Work &message);
void encode(std::string &out, const Hello &message);
void encode(std::string &out, const Ready &message);
void encode(std::string &out, const Refused &message);
void encode(std::string &out, const Done &message);
void encode(std::string &out, const BatchReport &message);
void encode(std::string &out, const Printed &message);
void encode(std::string &out, const WrongValues &message);
void encode(std::string &out, const Returned &message);
void encode(std::string &out, const Fork &message);
void encode(std::string &out, const Loaded &message);
void encode(std::string &out, const WorkerGoodbye &message);
void encode(std::string &out, const Continue &message);
void encode(std::string &out, const PoolGoodbye &message);

Result<Setup> decodeSetup(std::string_view body);
Result<Work> decodeWork(std::string_view body);
Result<Hello> decodeHello(std::string_view body);
Result<Ready> decodeReady(std::string_view body);
Result<Refused> decodeRefused(std::string_view body);
Result<Done> decodeDone(std::string_view body);
Result<BatchReport> decodeBatchReport(std::string_view body);
Result<Printed> decodePrinted(std::string_view body);
Result<WrongValues> decodeWrongValues(std::string_view body);
Result<Returned> decodeReturned(std::string_view body);
Result<Fork> decodeFork(std::string_view body);
Result<Loaded> decodeLoaded(std::string_view body);

/// Appends one outcome as Done::values holds it.
void encodeOutcome(std::string &out, const OutcomeView &outcome);
/// Reads one outcome; its text points into the reader's bytes. Nothing where it is malformed.
std::optional<OutcomeView> decodeOutcome(FieldReader &reader);

/// Appends an outcome as a run keeps it: as above, and what the pool knows of a failure.
void encodeKeptOutcome(std::string &out, const OutcomeView &outcome);
std::optional<OutcomeView> decodeKeptOutcome(FieldReader &reader);

} // namespace poolscope::wire
