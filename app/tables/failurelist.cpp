// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/failurelist.h"

#include <algorithm>
#include <unordered_map>

namespace poolscope {

void FailureList::clear()
{
    m_failures.clear();
    m_marksRead = 0;
}

FailureList::Change FailureList::advance(const Timeline &timeline, std::size_t mostMarks)
{
    const AppendLog<Mark> &marks = timeline.marks();
    const std::size_t end = std::min(marks.size(), m_marksRead + mostMarks);
    const std::size_t before = m_failures.size();
    std::vector<std::uint64_t> reopened;
    for (; m_marksRead < end; ++m_marksRead) {
        const Mark &mark = marks[m_marksRead];
        if (isFailure(mark))
            m_failures.push_back({mark.value, mark.kind});
        else if (mark.kind == Mark::Kind::Reopened)
            reopened.push_back(mark.value);
    }
    if (!reopened.empty()) {
        remove(reopened);
        return Change::Shrunk;
    }
    return m_failures.size() > before ? Change::Grown : Change::None;
}

/// Removes the earliest failure of each index. The input may have failed again since.
void FailureList::remove(const std::vector<std::uint64_t> &reopened)
{
    std::unordered_map<std::uint64_t, std::size_t> left;
    for (const std::uint64_t index : reopened)
        ++left[index];
    std::erase_if(m_failures, [&left](const Failure &failure) {
        const auto found = left.find(failure.index);
        return found != left.end() && found->second > 0 && found->second-- > 0;
    });
}

} // namespace poolscope
