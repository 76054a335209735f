// SPDX-License-Identifier: GPL-3.0-or-later
// RunLog: what workers and tasks printed, and what happened to workers, as lines.
//
// Holds the last 100 000 entries; how many were dropped before them is known. Any thread.
#pragma once

#include "schedule/scheduler.h"

#include <cstdint>
#include <deque>
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
};

class RunLog {
public:
    void add(LogEntry entry);
    /// The number of the entry that comes next.
    std::uint64_t end() const;

    /// Up to `limit` entries from number `from` on; `next` is the number of the one after them.
    struct Page {
        std::vector<LogEntry> entries;
        std::uint64_t next = 0;
    };
    Page entriesFrom(std::uint64_t from, std::size_t limit = SIZE_MAX) const;

private:
    static constexpr std::size_t kept = 100'000;

    mutable std::mutex m_mutex;
    std::deque<LogEntry> m_entries;
    std::uint64_t m_dropped = 0;
};

} // namespace poolscope
