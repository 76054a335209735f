// SPDX-License-Identifier: GPL-3.0-or-later
// RecentRate: how fast a counter has grown over about the last second.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace poolscope {

class RecentRate {
public:
    static constexpr std::uint64_t window = 1'000'000'000; ///< nanoseconds

    /// The counter stands at `value`. Times grow.
    void add(std::uint64_t time, std::uint64_t value);
    /// Only if it has moved since: for a counter that is heard of now and then.
    void addIfMoved(std::uint64_t time, std::uint64_t value);
    void clear() { m_samples.clear(); }

    /// From the last sample that is a window old, or the first, to the newest: per second.
    std::optional<double> perSecond() const;
    /// The same, where the newest sample is less than a window old.
    std::optional<double> perSecondAt(std::uint64_t now) const;

private:
    struct Sample {
        std::uint64_t time;
        std::uint64_t value;
    };
    std::deque<Sample> m_samples;
};

} // namespace poolscope
