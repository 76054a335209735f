// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/durationhistogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace poolscope {

namespace {

constexpr int mantissaBits = 52;
constexpr int binBits = std::bit_width(unsigned{DurationHistogram::binsOfDoubling}) - 1;
constexpr double finest = 0x1p-10; // nanoseconds. Shorter durations share a bin

} // namespace

/// The upper bits of a non-negative double are its logarithm, linear between powers of two.
std::size_t DurationHistogram::binOf(double duration)
{
    return std::bit_cast<std::uint64_t>(std::max(duration, finest)) >> (mantissaBits - binBits);
}

double DurationHistogram::beginOf(std::size_t bin)
{
    const auto begin = std::bit_cast<double>(std::uint64_t{bin} << (mantissaBits - binBits));
    return begin > finest ? begin : 0;
}

void DurationHistogram::add(double duration, std::uint64_t iterations)
{
    if (iterations == 0)
        return;
    const std::size_t bin = binOf(duration);
    if (m_bins.empty())
        m_firstBin = bin;
    if (bin < m_firstBin) {
        m_bins.insert(m_bins.begin(), m_firstBin - bin, 0);
        m_firstBin = bin;
    }
    if (bin - m_firstBin >= m_bins.size())
        m_bins.resize(bin - m_firstBin + 1);
    m_bins[bin - m_firstBin] += iterations;
    m_shortest = m_count == 0 ? duration : std::min(m_shortest, duration);
    m_longest = std::max(m_longest, duration);
    m_count += iterations;
    m_sum += duration * static_cast<double>(iterations);
}

double DurationHistogram::quantile(double share) const
{
    if (m_count == 0)
        return 0;
    const double wanted = std::ceil(share * static_cast<double>(m_count));
    const auto rank = static_cast<std::uint64_t>(std::max(wanted, 1.0));
    if (rank >= m_count)
        return m_longest;
    std::uint64_t below = 0;
    std::size_t i = 0;
    while (below + m_bins[i] < rank)
        below += m_bins[i++];
    const std::size_t bin = m_firstBin + i;
    return std::clamp((beginOf(bin) + beginOf(bin + 1)) / 2, m_shortest, m_longest);
}

std::vector<DurationHistogram::Bar> DurationHistogram::bars(int barsOfDoubling) const
{
    std::vector<Bar> bars;
    if (m_count == 0)
        return bars;
    const auto binsOfBar = static_cast<std::size_t>(binsOfDoubling / barsOfDoubling);
    const std::size_t first = m_firstBin / binsOfBar;
    const std::size_t last = (m_firstBin + m_bins.size() - 1) / binsOfBar;
    for (std::size_t bar = first; bar <= last; ++bar)
        bars.push_back({{beginOf(bar * binsOfBar), beginOf((bar + 1) * binsOfBar)}, 0});
    for (std::size_t i = 0; i < m_bins.size(); ++i)
        bars[(m_firstBin + i) / binsOfBar - first].iterations += m_bins[i];
    return bars;
}

} // namespace poolscope
