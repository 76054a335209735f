// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/chunksizer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope {

namespace {

constexpr double chunkTime = 20e6; // nanoseconds
constexpr double dispatchShare = 0.01;
constexpr double shareOfRun = 1.0 / 32;
constexpr double reserveTime = 2e6;
constexpr double longChunk = 1e6;
constexpr std::uint64_t growth = 8;
constexpr std::uint64_t largestWindow = 1024;
constexpr double memory = 200e6; // nanoseconds of work after which measurements count half
constexpr double recentTime = 1e6; // nanoseconds of work that count as recent
constexpr double leastWeight = 1.0 / 64; // of the last measurement, however short

} // namespace

void ChunkSizer::measuredWork(std::uint64_t iterations, std::chrono::nanoseconds busy)
{
    m_iterations += static_cast<double>(iterations);
    m_busy += static_cast<double>(busy.count());
    m_total += static_cast<double>(busy.count());
    if (m_busy > memory) {
        m_busy /= 2;
        m_iterations /= 2;
    }
    if (m_iterations > 0)
        m_cost = std::max(m_busy / m_iterations, 0.1);
    if (iterations > 0) {
        const auto count = static_cast<double>(iterations);
        const double cost = static_cast<double>(busy.count()) / count;
        // A single slow measurement was usually interrupted by another program.
        const double sustained = std::min(cost, std::exchange(m_lastCost, cost));
        const double weight = std::clamp(sustained * count / recentTime, leastWeight, 1.0);
        m_recentCost += weight * (sustained - m_recentCost);
    }
}

std::optional<std::chrono::nanoseconds> ChunkSizer::timeOf(std::uint64_t inputs) const
{
    if (m_iterations == 0)
        return std::nullopt;
    const double time = std::min(m_cost * static_cast<double>(inputs), 0x1p62);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(time));
}

void ChunkSizer::measuredDispatchCosts(std::chrono::nanoseconds cost)
{
    constexpr double weight = 1.0 / 16;
    m_dispatchCosts += weight * (static_cast<double>(cost.count()) - m_dispatchCosts);
}

/// The automatic size if many inputs remain.
std::uint64_t ChunkSizer::wantedSize() const
{
    const double wanted = std::max(chunkTime, m_dispatchCosts / dispatchShare) / m_cost;
    return std::min({static_cast<std::uint64_t>(std::min(wanted, 0x1p62)),
        m_largestMeasured * growth, m_options.largestChunk});
}

/// A chunk of this size takes about as long as its dispatch.
std::uint64_t ChunkSizer::leastSize() const
{
    if (m_options.chunk || m_largestMeasured == 0)
        return 1;
    const double size = m_dispatchCosts / std::max(m_cost, m_recentCost);
    const auto least = static_cast<std::uint64_t>(std::min(size, 0x1p62));
    return std::max<std::uint64_t>(std::min(least, wantedSize()), 1);
}

/// The most inputs of a chunk, by the time that the run has taken so far.
std::uint64_t ChunkSizer::mostSoFar(std::uint64_t workers) const
{
    const double time = std::max(
        shareOfRun * m_total / static_cast<double>(workers), m_dispatchCosts / dispatchShare);
    return static_cast<std::uint64_t>(std::min(time / m_cost, 0x1p62));
}

std::uint64_t ChunkSizer::chunkSize(std::uint64_t remaining, std::size_t workers) const
{
    if (m_options.chunk)
        return *m_options.chunk;
    if (m_largestMeasured == 0)
        return 1;
    const auto sharers = std::max<std::uint64_t>(workers, 1);
    const std::uint64_t fair = remaining / (2 * sharers);
    return std::max(std::min({wantedSize(), mostSoFar(sharers), fair}), leastSize());
}

std::uint64_t ChunkSizer::window(std::uint64_t remaining, std::size_t workers) const
{
    if (m_options.window)
        return *m_options.window;
    if (m_largestMeasured == 0)
        return 2;
    const std::uint64_t size = chunkSize(remaining, workers);
    const double timeOfChunk = static_cast<double>(size) * std::max(m_cost, m_recentCost);
    if (timeOfChunk > longChunk && remaining / size <= workers)
        return 1;
    const double chunks = std::ceil(std::min(reserveTime / timeOfChunk, 1e6));
    return std::clamp<std::uint64_t>(1 + static_cast<std::uint64_t>(chunks), 2, largestWindow);
}

} // namespace poolscope
