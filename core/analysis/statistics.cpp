// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/statistics.h"

#include <algorithm>
#include <boost/math/statistics/univariate_statistics.hpp>

namespace poolscope {

namespace {

/// Returns a statistic of the medians of two samples.
template <typename Combine>
Estimate ofTwo(Sample a, Sample b, const Bootstrap &bootstrap, Combine combine)
{
    Estimate estimate{combine(median(a), median(b))};
    if (a.size() < 2 || b.size() < 2)
        return estimate;
    Resampler resampler(bootstrap.seed);
    std::vector<double> placeA;
    std::vector<double> placeB;
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(bootstrap.resamples));
    for (int i = 0; i < bootstrap.resamples; ++i)
        values.push_back(
            combine(median(resampler.draw(a, placeA)), median(resampler.draw(b, placeB))));
    estimate.interval = middleOf(std::move(values), bootstrap.confidence);
    return estimate;
}

} // namespace

double median(Sample sample)
{
    if (sample.empty())
        return 0;
    std::vector<double> values(sample.begin(), sample.end());
    return boost::math::statistics::median(values);
}

Interval middleOf(std::vector<double> values, double confidence)
{
    std::sort(values.begin(), values.end());
    const auto at = [&values](double share) {
        const double position = share * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(position);
        const std::size_t above = std::min(below + 1, values.size() - 1);
        return std::lerp(values[below], values[above], position - static_cast<double>(below));
    };
    const double outside = (1 - confidence) / 2;
    return {at(outside), at(1 - outside)};
}

Estimate estimate(Sample sample, const Statistic &statistic, const Bootstrap &bootstrap)
{
    Estimate estimate{statistic(sample)};
    if (sample.size() < 2)
        return estimate;
    Resampler resampler(bootstrap.seed);
    std::vector<double> place;
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(bootstrap.resamples));
    for (int i = 0; i < bootstrap.resamples; ++i)
        values.push_back(statistic(resampler.draw(sample, place)));
    estimate.interval = middleOf(std::move(values), bootstrap.confidence);
    return estimate;
}

Estimate estimateMedian(Sample sample, const Bootstrap &bootstrap)
{
    return estimate(sample, median, bootstrap);
}

Estimate differenceOfMedians(Sample a, Sample b, const Bootstrap &bootstrap)
{
    return ofTwo(a, b, bootstrap, [](double x, double y) { return x - y; });
}

Estimate ratioOfMedians(Sample a, Sample b, const Bootstrap &bootstrap)
{
    return ofTwo(a, b, bootstrap, [](double x, double y) { return x / y; });
}

/// Returns a random number below `count`, the same with any standard library, unlike that of
/// std::uniform_int_distribution. The remainder is nearly uniform for small samples.
std::size_t Resampler::below(std::size_t count)
{
    return m_random() % count;
}

Sample Resampler::draw(Sample sample, std::vector<double> &place)
{
    place.clear();
    drawBlocks(sample.size(), 1, [&](std::size_t position) { place.push_back(sample[position]); });
    return place;
}

} // namespace poolscope
