// SPDX-License-Identifier: GPL-3.0-or-later
// What the batches of a run file hold beside outcomes: spans, marks, workers and log lines, packed
// as varints, and read back exactly.
//
// Reading takes any bytes; false where no writer could have written them. A batch stands for
// itself: none needs another to be read.
#pragma once

#include "record/runlog.h"
#include "record/timeline.h"
#include "record/varint.h"
#include "record/workerfigures.h"
#include "wire/outcomecodec.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Spans [from, to) of a lane.
void packSpans(std::string &out, const Lane &lane, std::size_t from, std::size_t to);
/// Reads packed spans, one after the other. The bytes may be anything, and outlive this.
class SpanUnpacker {
public:
    SpanUnpacker(std::string_view bytes, std::uint64_t count)
        : m_reader(bytes)
        , m_left(count)
    {
    }

    /// Returns nothing after the last span, and where no writer could have written the bytes.
    std::optional<Span> next();
    /// Whether all spans were read, and nothing else is there.
    bool isComplete() const { return m_left == 0 && m_reader.atEnd(); }

private:
    VarintReader m_reader;
    std::uint64_t m_left;
    std::uint64_t m_time = 0; ///< the end of the last span
    std::uint64_t m_index = 0; ///< one past its last index
};

void packMark(std::string &out, const Mark &mark, std::uint64_t lastTime);
[[nodiscard]] bool unpackMarks(
    std::string_view bytes, std::uint64_t count, std::vector<Mark> &marks);

/// Adds a failure, of which a batch may hold many, as wire::encodeKeptOutcome has it.
void packFailure(std::string &out, std::uint64_t index, std::string_view encoded);
/// Calls visit(index, encoded) for each of them.
[[nodiscard]] bool unpackFailures(std::string_view bytes, std::uint64_t count,
    const std::function<void(std::uint64_t, std::string_view)> &visit);

void packWorker(std::string &out, const WorkerFigures &worker);
[[nodiscard]] bool unpackWorker(std::string_view bytes, WorkerFigures &worker);

void packLogEntry(std::string &out, const LogEntry &entry);
[[nodiscard]] bool unpackLog(
    std::string_view bytes, std::uint64_t count, std::vector<LogEntry> &entries);

} // namespace poolscope
