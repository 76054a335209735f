// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/runlog.h"

#include <algorithm>
#include <utility>

namespace poolscope {

void RunLog::add(LogEntry entry)
{
    const std::lock_guard lock(m_mutex);
    m_entries.push_back(std::move(entry));
    if (m_entries.size() > kept) {
        m_entries.pop_front();
        ++m_dropped;
    }
}

RunLog::Page RunLog::entriesFrom(std::uint64_t from) const
{
    const std::lock_guard lock(m_mutex);
    const std::uint64_t first = std::max(from, m_dropped) - m_dropped;
    Page page;
    if (first < m_entries.size())
        page.entries.assign(
            m_entries.begin() + static_cast<std::ptrdiff_t>(first), m_entries.end());
    page.next = m_dropped + m_entries.size();
    return page;
}

} // namespace poolscope
