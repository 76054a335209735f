// SPDX-License-Identifier: GPL-3.0-or-later
// Codec: encodes messages as frames, and decodes bytes to frames and messages.
//
// Encoding appends a whole frame to a string. Decoding is incremental: a FrameDecoder receives
// bytes in parts of any size and returns whole frames. A type that does not belong to its
// direction, or a length beyond the type's cap, is an error that is final. The decode functions
// read the body of one frame and fail if it is too short, too long or out of range. No byte
// sequence makes any of them throw, or read beyond its end.
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

/// Reads fields. Reading beyond the end returns zeros and makes ok() false for good.
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

/// Appends one outcome in the format of Done::values.
void encodeOutcome(std::string &out, const OutcomeView &outcome);
/// Reads one outcome, whose text points into the reader's bytes. Nothing if it is malformed.
std::optional<OutcomeView> decodeOutcome(FieldReader &reader);

/// Appends an outcome in the format of records: as encodeOutcome(), and the context of a failure.
void encodeKeptOutcome(std::string &out, const OutcomeView &outcome);
std::optional<OutcomeView> decodeKeptOutcome(FieldReader &reader);

} // namespace poolscope::wire
