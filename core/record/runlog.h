// SPDX-License-Identifier: GPL-3.0-or-later
// RunLog: the lines that workers and tasks printed, and messages about workers.
//
// Stores the last entries of at most mostBytes together, and drops the oldest first. Readers see
// from the numbers of entries how many were dropped. Any thread. A reader delays a writer only
// while pointers are copied.
#pragma once

#include "spec/indexrange.h"
#include "wire/workerid.h"

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
    WorkerId worker = noWorker;
    IndexRange running; ///< the indices that the worker was on. Count is 0 if unknown
    bool printed = true; ///< by the task. Otherwise a message about the worker
    std::string text; ///< one line

    /// The approximate size in memory, in bytes.
    std::size_t size() const { return sizeof(LogEntry) + text.size(); }
};

/// An entry that the log shares with its readers.
using LogLine = std::shared_ptr<const LogEntry>;

/// Returns an entry that reports that `count` entries before `next` were dropped.
LogEntry droppedLines(std::uint64_t count, const LogEntry &next);

class RunLog {
public:
    static constexpr std::size_t mostBytes = 64 << 20;

    void add(LogEntry entry);
    /// The number of the next entry.
    std::uint64_t end() const;

    struct Page {
        std::uint64_t first = 0; ///< number of the first entry
        std::vector<LogLine> entries;

        std::uint64_t next() const { return first + entries.size(); }
    };
    /// Returns the entries with numbers [from, to), at most `limit`. Dropped entries are missing at
    /// the beginning.
    Page entries(
        std::uint64_t from, std::uint64_t to = UINT64_MAX, std::size_t limit = SIZE_MAX) const;

private:
    mutable std::mutex m_mutex;
    std::deque<LogLine> m_entries;
    std::size_t m_bytes = 0; ///< of all entries
    std::uint64_t m_dropped = 0;
};

} // namespace poolscope
