// SPDX-License-Identifier: GPL-3.0-or-later
// RecentRate: the rate at which a counter has grown over about the last second.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace poolscope {

class RecentRate {
public:
    static constexpr std::uint64_t window = 1'000'000'000; ///< nanoseconds

    /// Adds a sample of the counter. Times increase.
    void add(std::uint64_t time, std::uint64_t value);
    /// Adds a sample only if the counter has changed, for a counter that is reported irregularly.
    void addIfMoved(std::uint64_t time, std::uint64_t value);
    void clear() { m_samples.clear(); }

    /// The rate per second from the last sample that is a window old, or from the first, to the
    /// newest.
    std::optional<double> perSecond() const;
    /// The rate if the newest sample is less than a window old.
    std::optional<double> perSecondAt(std::uint64_t now) const;

private:
    struct Sample {
        std::uint64_t time;
        std::uint64_t value;
    };
    std::deque<Sample> m_samples;
};

} // namespace poolscope
