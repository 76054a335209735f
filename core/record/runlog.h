// SPDX-License-Identifier: GPL-3.0-or-later
// RunLog: what workers and tasks printed, and what happened to workers, as lines.
//
// Holds the last entries that take up to mostBytes together; the oldest are dropped first, and a
// reader sees by the numbers of entries how many. Any thread; a reader delays a writer only while
// it copies pointers.
#pragma once

#include "spec/indexrange.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace poolscope {

struct LogEntry {
    std::uint64_t time = 0; ///< nanoseconds since the run's start
    WorkerId worker = 0;
    IndexRange running; ///< what the worker was on; count 0: unknown
    bool printed = true; ///< by the task, rather than said about the worker
    std::string text; ///< one line

    /// Bytes of memory, about.
    std::size_t size() const { return sizeof(LogEntry) + text.size(); }
};

/// An entry that the log shares with its readers.
using LogLine = std::shared_ptr<const LogEntry>;

/// An entry that reports how many were dropped before `next`.
LogEntry droppedLines(std::uint64_t count, const LogEntry &next);

class RunLog {
public:
    static constexpr std::size_t mostBytes = 64'000'000;

    void add(LogEntry entry);
    /// The number of the entry that comes next.
    std::uint64_t end() const;

    struct Page {
        std::uint64_t first = 0; ///< number of the first entry
        std::vector<LogLine> entries;

        std::uint64_t next() const { return first + entries.size(); }
    };
    /// Entries of the numbers from `from` up to `to`, without that one; at most `limit`. Those that
    /// were dropped are missing at the beginning.
    Page entries(
        std::uint64_t from, std::uint64_t to = UINT64_MAX, std::size_t limit = SIZE_MAX) const;

private:
    mutable std::mutex m_mutex;
    std::deque<LogLine> m_entries;
    std::size_t m_bytes = 0; ///< of these
    std::uint64_t m_dropped = 0;
};

} // namespace poolscope
