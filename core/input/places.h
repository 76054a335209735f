// SPDX-License-Identifier: GPL-3.0-or-later
// Places: where some of a file's inputs begin: one in every 16 KiB, and where the last read ended,
// so that consecutive reads scan each byte once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace poolscope {

struct Place {
    std::uint64_t index = 0; ///< of the input that begins here
    std::uint64_t offset = 0; ///< in bytes
};

class Places {
public:
    explicit Places(Place first = {})
        : m_places{first}
        , m_next(first)
    {
    }

    /// Inputs come in their order; of most, nothing is kept.
    void add(Place place)
    {
        constexpr std::uint64_t distance = 16 * 1024;
        if (place.offset - m_places.back().offset >= distance)
            m_places.push_back(place);
    }

    /// The nearest place known that is not behind the input.
    Place before(std::uint64_t index) const
    {
        const auto after = std::upper_bound(m_places.begin(), m_places.end(), index,
            [](std::uint64_t wanted, const Place &place) { return wanted < place.index; });
        const Place &place = *std::prev(after);
        return m_next.index <= index && m_next.index > place.index ? m_next : place;
    }

    /// The next read will likely begin there.
    void expectNext(Place place) { m_next = place; }

private:
    std::vector<Place> m_places;
    Place m_next;
};

} // namespace poolscope
