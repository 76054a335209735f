// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics of small samples: medians and ratios, each with its confidence interval.
//
// Intervals come from the bootstrap (B. Efron, "Bootstrap methods: another look at the jackknife",
// Annals of Statistics 7, 1979). The statistic is computed of many samples that are drawn from the
// sample with replacement, and the interval is between two percentiles of the results. This assumes
// no distribution. The same sample and seed have the same interval.
#pragma once

#include "text/units.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace poolscope {

struct Interval {
    double low = 0;
    double high = 0;

    bool contains(double value) const { return value >= low && value <= high; }
    friend bool operator==(const Interval &, const Interval &) = default;
};

/// A figure and its confidence interval.
struct Estimate {
    double value = 0;
    std::optional<Interval> interval = {}; ///< nothing if there are too few measurements
};

/// Returns part / whole, or 0 if the whole is 0.
inline double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

inline double ratio(Duration part, Duration whole)
{
    return ratio(part.count(), whole.count());
}

/// Returns the count as a divisor, which is 1 for a count of 0.
inline double divisor(std::uint64_t count)
{
    return static_cast<double>(count > 0 ? count : 1);
}

struct Bootstrap {
    std::uint64_t seed = 1;
    int resamples = 2000;
    double confidence = 0.95;
};

using Sample = std::span<const double>;
using Statistic = std::function<double(Sample)>;

/// Returns the middle value, or the mean of the two in the middle. 0 if the sample is empty.
double median(Sample sample);

/// Returns the interval of the middle `confidence` of the values, of which there is at least one.
Interval middleOf(std::vector<double> values, double confidence);

/// Returns the statistic of a sample of at least one value, with an interval if there are two.
Estimate estimate(Sample sample, const Statistic &statistic, const Bootstrap &bootstrap);
Estimate estimateMedian(Sample sample, const Bootstrap &bootstrap);

/// Returns median(a) - median(b) or median(a) / median(b) of independent samples, with an interval
/// if each has two values. Values of a ratio are above 0.
Estimate differenceOfMedians(Sample a, Sample b, const Bootstrap &bootstrap);
Estimate ratioOfMedians(Sample a, Sample b, const Bootstrap &bootstrap);

/// Draws samples from samples, with replacement.
class Resampler {
public:
    explicit Resampler(std::uint64_t seed)
        : m_random(seed)
    {
    }

    /// Draws as many values as the sample has, into `place`.
    Sample draw(Sample sample, std::vector<double> &place);
    /// Calls visit(position) for `count` positions below `count`. Draws blocks of neighbours, so
    /// that values that depend on each other stay together (moving blocks, around the end: D.
    /// Politis and J. Romano, 1992).
    template <typename Visit>
    void drawBlocks(std::size_t count, std::size_t blockSize, Visit visit);

private:
    std::size_t below(std::size_t count);

    std::mt19937_64 m_random;
};

template <typename Visit>
void Resampler::drawBlocks(std::size_t count, std::size_t blockSize, Visit visit)
{
    for (std::size_t drawn = 0; drawn < count; drawn += blockSize) {
        const std::size_t first = below(count);
        for (std::size_t i = 0; i < std::min(blockSize, count - drawn); ++i)
            visit((first + i) % count);
    }
}

} // namespace poolscope
