// SPDX-License-Identifier: GPL-3.0-or-later
// SparseIndex: the offsets of some inputs of a file, one in every 16 KiB, and of the end of the
// last read, so that consecutive reads scan each byte once.
//
// The caller adds inputs in their order, and scans from the entry that before() returns up to the
// input that it wants.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace poolscope {

class SparseIndex {
public:
    struct Entry {
        std::uint64_t index = 0; ///< of the input that begins here
        std::uint64_t offset = 0; ///< in bytes
    };

    SparseIndex()
        : SparseIndex(Entry())
    {
    }
    explicit SparseIndex(Entry first)
        : m_entries{first}
        , m_next(first)
    {
    }

    /// Stores the entry if it is far enough from the one stored last.
    void add(Entry entry)
    {
        constexpr std::uint64_t distance = 16 * 1024;
        if (entry.offset - m_entries.back().offset >= distance)
            m_entries.push_back(entry);
    }

    /// Returns the last known entry at or before the input.
    Entry before(std::uint64_t index) const
    {
        const auto after = std::upper_bound(m_entries.begin(), m_entries.end(), index,
            [](std::uint64_t wanted, const Entry &entry) { return wanted < entry.index; });
        const Entry &entry = *std::prev(after);
        return m_next.index <= index && m_next.index > entry.index ? m_next : entry;
    }

    /// Stores the entry with which the next read will likely begin.
    void expectNext(Entry entry) { m_next = entry; }

private:
    std::vector<Entry> m_entries;
    Entry m_next;
};

} // namespace poolscope
