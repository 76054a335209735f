// SPDX-License-Identifier: GPL-3.0-or-later
// What the pieces of a run file hold beside outcomes: spans, marks, workers and log lines, packed
// as varints, and read back exactly.
//
// Reading takes any bytes; false where no writer could have written them. A piece stands for
// itself: none needs another to be read.
#pragma once

#include "record/runlog.h"
#include "record/timeline.h"
#include "record/workerfigures.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Spans [from, to) of a lane.
void packSpans(std::string &out, const Lane &lane, std::size_t from, std::size_t to);
/// Of indices below `indices`.
[[nodiscard]] bool unpackSpans(
    std::string_view bytes, std::uint64_t count, std::uint64_t indices, Lane &lane);

void packMark(std::string &out, const Mark &mark, std::uint64_t lastTime);
[[nodiscard]] bool unpackMarks(
    std::string_view bytes, std::uint64_t count, std::vector<Mark> &marks);

void packWorker(std::string &out, const WorkerFigures &worker);
[[nodiscard]] bool unpackWorker(std::string_view bytes, WorkerFigures &worker);

void packLogEntry(std::string &out, const LogEntry &entry);
[[nodiscard]] bool unpackLog(
    std::string_view bytes, std::uint64_t count, std::vector<LogEntry> &entries);

} // namespace poolscope
