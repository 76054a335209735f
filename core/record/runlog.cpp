// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/runlog.h"

#include "text/figures.h"

#include <algorithm>
#include <utility>

namespace poolscope {

LogEntry droppedLines(std::uint64_t count, const LogEntry &next)
{
    return {next.time, noWorker, {}, false,
        textOf(Count{count}, "line") + " before this were dropped, since the log holds "
            + textOf(Bytes{RunLog::mostBytes}) + "; a task that prints to a file keeps all"};
}

void RunLog::add(LogEntry entry)
{
    const std::size_t size = entry.size();
    auto line = std::make_shared<const LogEntry>(std::move(entry));
    std::vector<LogLine> dropped; // freed after the lock is released
    const std::lock_guard lock(m_mutex);
    m_entries.push_back(std::move(line));
    m_bytes += size;
    while (m_bytes > mostBytes && m_entries.size() > 1) {
        m_bytes -= m_entries.front()->size();
        dropped.push_back(std::move(m_entries.front()));
        m_entries.pop_front();
        ++m_dropped;
    }
}

std::uint64_t RunLog::end() const
{
    const std::lock_guard lock(m_mutex);
    return m_dropped + m_entries.size();
}

RunLog::Page RunLog::entries(std::uint64_t from, std::uint64_t to, std::size_t limit) const
{
    const std::lock_guard lock(m_mutex);
    const std::uint64_t end = std::min(to, m_dropped + m_entries.size());
    Page page;
    page.first = std::clamp(from, m_dropped, std::max(end, m_dropped));
    if (page.first >= end)
        return page;
    const auto count = std::min<std::uint64_t>(limit, end - page.first);
    const auto begin = m_entries.begin() + static_cast<std::ptrdiff_t>(page.first - m_dropped);
    page.entries.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    return page;
}

} // namespace poolscope
