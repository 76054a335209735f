// SPDX-License-Identifier: GPL-3.0-or-later
// The records that the hooks of a watched Python write, as the words of a ring.
// resources/python/watch has the hooks, and resources/doc/watch-format.md describes the format.
//
// All times are nanoseconds of CLOCK_MONOTONIC. A pool is identified by a number that parent and
// workers share. A chunk is identified by (pool, job, index).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace poolscope::watch {

inline constexpr std::uint64_t none = UINT64_MAX;
inline constexpr std::uint64_t sampledOf = 16; ///< records of which a sampled one stands for all

enum class RecordKind : std::uint8_t {
    Padding = 0,
    Pool = 1,
    Call = 2,
    Length = 3,
    Put = 5,
    Got = 6,
    Consumed = 7,
    PoolEnded = 8,
    ProcessEnded = 9,
    SubmitRange = 10,
    Worker = 16,
    Chunk = 17,
    Light = 18,
    Span = 19,
    Failure = 20,
    Lost = 21,
    Process = 22,
    ProcessLeft = 23,
    Note = 24,
    Message = 25,
    Input = 26,
};

enum class PoolType : std::uint64_t {
    Pool = 1,
    ThreadPool = 2,
    ProcessExecutor = 3,
    ThreadExecutor = 4,
    Loky = 5,
};

struct PoolMade {
    std::uint64_t pool, time, processes, type, tasksPerChild, line;
    // then the start method, the module, and the file
};
struct CallMade {
    std::uint64_t pool, call;
    std::uint64_t job; ///< none if each of its chunks is submitted as a job of its own
    std::uint64_t time, chunk;
    std::uint64_t inputs; ///< none if unknown
    std::uint64_t line;
    // then the method, the function, and the file
};
struct LengthKnown {
    std::uint64_t call, inputs, time;
};
/// Consecutive jobs of one call.
struct SubmittedRange {
    std::uint64_t call, firstJob, firstInput, jobs;
    std::uint64_t inputs; ///< of each job
    std::uint64_t time;
};
/// The parent has sent a chunk.
struct Put {
    std::uint64_t pool, job, index, bytes, taken, pickled, written;
};
/// The parent has received the result of a chunk.
struct Got {
    std::uint64_t pool, job, index, bytes, received, unpickled, handled;
};
/// The time of the user's loop since the last such record of the call.
struct Consumed {
    std::uint64_t call, results, waited, used, time;
};
struct PoolEnded {
    std::uint64_t pool, time;
};
struct ProcessEnded {
    std::uint64_t pool, pid, status, time;
};
struct WorkerBegan {
    std::uint64_t pool, time;
    // then the runtime
};
struct Chunk {
    std::uint64_t pool, job, index, inputs, failed;
    std::uint64_t asked, locked, received, unpickled, begun, ended, pickled, sent;
    std::uint64_t bytesIn, bytesOut;
};
struct LightChunk {
    std::uint64_t pool, job, index, inputs, failed, begun, ended;
};
struct ChunkSpan {
    std::uint64_t pool, job, index;
    std::uint64_t first; ///< input in the chunk
    std::uint64_t inputs, begun, ended;
};
struct ChunkFailure {
    std::uint64_t pool, job, index;
    std::uint64_t input; ///< in the chunk. none if unknown
    std::uint64_t time;
    // then the type, the message, and the traceback
};
/// The text of an input, which comes before the record of its chunk.
struct ChunkInput {
    std::uint64_t pool, job, index;
    std::uint64_t input; ///< in the chunk
    // then the text
};
/// The sum of chunks that the ring had no room for.
struct LostChunks {
    std::uint64_t pool, job, chunks, inputs, failed, begun, ended;
};

/// The words of a record after its first. Reading beyond the end makes it malformed.
class RecordWords {
public:
    /// `isSampled` says that the record stands for 16 of its kind.
    explicit RecordWords(std::span<const std::uint64_t> words, bool isSampled = false)
        : m_words(words)
        , m_isSampled(isSampled)
    {
    }

    /// The number of records of its kind that this one stands for.
    std::uint64_t represented() const { return m_isSampled ? sampledOf : 1; }
    bool isSampled() const { return m_isSampled; }

    std::uint64_t number()
    {
        if (m_words.empty()) {
            m_isMalformed = true;
            return 0;
        }
        const std::uint64_t word = m_words.front();
        m_words = m_words.subspan(1);
        return word;
    }

    /// Reads a struct of words.
    template <typename T> T fields()
    {
        static_assert(sizeof(T) % sizeof(std::uint64_t) == 0);
        constexpr std::size_t count = sizeof(T) / sizeof(std::uint64_t);
        T value{};
        if (m_words.size() < count) {
            m_isMalformed = true;
            return value;
        }
        std::memcpy(&value, m_words.data(), sizeof(T));
        m_words = m_words.subspan(count);
        return value;
    }

    std::string text()
    {
        const std::uint64_t length = number();
        const std::size_t words =
            length / sizeof(std::uint64_t) + (length % sizeof(std::uint64_t) > 0 ? 1 : 0);
        if (m_isMalformed || words > m_words.size()) {
            m_isMalformed = true;
            return {};
        }
        const auto *bytes = reinterpret_cast<const char *>(m_words.data());
        m_words = m_words.subspan(words);
        return {bytes, length};
    }

    std::span<const std::uint64_t> rest() const { return m_words; }
    bool isMalformed() const { return m_isMalformed; }

private:
    std::span<const std::uint64_t> m_words;
    bool m_isSampled;
    bool m_isMalformed = false;
};

} // namespace poolscope::watch
