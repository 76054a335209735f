// SPDX-License-Identifier: GPL-3.0-or-later
// DurationHistogram: the number of iterations by duration, on a logarithmic scale.
//
// Each doubling of a duration is divided into 64 bins of equal width. A quantile is the middle of a
// bin, so its relative error is at most 1/128 (relativeError). Count, sum, shortest and longest are
// exact. Memory is 8 bytes for each bin in use, 20 kB from a nanosecond to an hour.
#pragma once

#include <cstdint>
#include <vector>

namespace poolscope {

/// The durations in [from, to), in nanoseconds.
struct DurationRange {
    double from = 0;
    double to = 0;

    bool contains(double duration) const { return duration >= from && duration < to; }
    friend bool operator==(const DurationRange &, const DurationRange &) = default;
};

class DurationHistogram {
public:
    static constexpr int binsOfDoubling = 64;
    static constexpr double relativeError = 0.5 / binsOfDoubling;

    /// A bar of a chart.
    struct Bar {
        DurationRange range;
        std::uint64_t iterations = 0;
    };

    /// Adds iterations that took `duration` nanoseconds each.
    void add(double duration, std::uint64_t iterations);

    std::uint64_t count() const { return m_count; }
    double sum() const { return m_sum; } ///< nanoseconds
    double mean() const { return m_count > 0 ? m_sum / static_cast<double>(m_count) : 0; }
    double shortest() const { return m_shortest; } ///< nanoseconds. 0 if there is none
    double longest() const { return m_longest; } ///< nanoseconds. 0 if there is none
    /// Returns the duration that a share (0 to 1) of the iterations does not exceed. 0 if empty.
    double quantile(double share) const;
    double median() const { return quantile(0.5); }

    /// Returns bars from the first that has an iteration to the last. `barsOfDoubling` is a power
    /// of two, at most binsOfDoubling. The iterations of a bar are exactly those whose duration its
    /// range contains.
    std::vector<Bar> bars(int barsOfDoubling) const;

private:
    static std::size_t binOf(double duration);
    static double beginOf(std::size_t bin);

    std::vector<std::uint64_t> m_bins; ///< the first is m_firstBin
    std::size_t m_firstBin = 0;
    std::uint64_t m_count = 0;
    double m_sum = 0;
    double m_shortest = 0;
    double m_longest = 0;
};

} // namespace poolscope
