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

std::uint64_t RunLog::end() const
{
    const std::lock_guard lock(m_mutex);
    return m_dropped + m_entries.size();
}

RunLog::Page RunLog::entriesFrom(std::uint64_t from, std::size_t limit) const
{
    const std::lock_guard lock(m_mutex);
    const std::uint64_t end = m_dropped + m_entries.size();
    const std::uint64_t first = std::clamp(from, m_dropped, end);
    Page page;
    page.next = first + std::min<std::uint64_t>(limit, end - first);
    const auto at = [this](std::uint64_t number) {
        return m_entries.begin() + static_cast<std::ptrdiff_t>(number - m_dropped);
    };
    page.entries.assign(at(first), at(page.next));
    return page;
}

} // namespace poolscope
