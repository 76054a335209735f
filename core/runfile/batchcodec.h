// SPDX-License-Identifier: GPL-3.0-or-later
// Encoding of spans, marks, failures, workers and log lines as varints in batches of a run file.
//
// Reading accepts any bytes, and returns false if no writer could have written them. Each batch is
// read without the others.
#pragma once

#include "record/runlog.h"
#include "record/timeline.h"
#include "record/varint.h"
#include "record/workerfigures.h"
#include "wire/outcomecodec.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Appends spans [from, to) of a lane.
void packSpans(std::string &out, const Lane &lane, std::size_t from, std::size_t to);
/// Reads packed spans in order. The bytes may be anything, and outlive the unpacker.
class SpanUnpacker {
public:
    SpanUnpacker(std::string_view bytes, std::uint64_t count)
        : m_reader(bytes)
        , m_left(count)
    {
    }

    /// Reads a span. Returns false after the last, or if no writer could have written the bytes.
    bool next(Span &span);
    /// Whether all spans were read and no bytes are left.
    bool isComplete() const { return m_left == 0 && m_reader.atEnd(); }

private:
    VarintReader m_reader;
    std::uint64_t m_left;
    std::uint64_t m_time = 0; ///< the end of the last span
    std::uint64_t m_index = 0; ///< one past the last index of that span
};

void packMark(std::string &out, const Mark &mark, std::uint64_t lastTime);
[[nodiscard]] bool unpackMarks(
    std::string_view bytes, std::uint64_t count, std::vector<Mark> &marks);

/// Appends a failure that wire::encodeKeptOutcome() has encoded. A batch may contain many.
void packFailure(std::string &out, std::uint64_t index, std::string_view encoded);
/// Calls visit(index, encoded) for each failure.
[[nodiscard]] bool unpackFailures(std::string_view bytes, std::uint64_t count,
    const std::function<void(std::uint64_t, std::string_view)> &visit);

void packWorker(std::string &out, const WorkerFigures &worker);
[[nodiscard]] bool unpackWorker(std::string_view bytes, WorkerFigures &worker);

void packLogEntry(std::string &out, const LogEntry &entry);
[[nodiscard]] bool unpackLog(
    std::string_view bytes, std::uint64_t count, std::vector<LogEntry> &entries);

} // namespace poolscope
