// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkSizer: how large a chunk should be, and how many of them a worker should hold.
//
// Fixed sizes stay as they are. Automatic ones follow what was measured: a chunk should take about
// 20 ms, and long enough that handing it over costs less than 1%. It takes less at the beginning,
// at most 1/32 of the time that the run has taken so far or 100 times handing it over, so that one
// chunk whose inputs turn out slow does not make a short run much longer. It also takes less when
// the inputs are about to run out. It never takes less than handing it over. A worker should hold
// so many chunks that it has 2 ms of work in reserve, by what iterations cost as a rule or cost of
// late, whichever is more; a single one that took long does not count. Until something is measured
// a chunk is one input, and it grows by at most 8 times from one measurement to the next.
//
// Plain arithmetic, no clock: it is told durations. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolscope {

struct ChunkOptions {
    std::optional<std::uint64_t> chunk; ///< inputs, at least 1; nothing: automatic
    std::optional<std::uint64_t> window; ///< chunks, at least 1; nothing: automatic
    std::uint64_t largestChunk = 1ULL << 24; ///< for automatic sizes
};

class ChunkSizer {
public:
    explicit ChunkSizer(const ChunkOptions &options)
        : m_options(options)
    {
    }

    /// `iterations` took `busy` in a worker.
    void measuredWork(std::uint64_t iterations, std::chrono::nanoseconds busy);
    /// A chunk of `size` inputs was answered whole.
    void measuredChunk(std::uint64_t size)
    {
        m_largestMeasured = std::max(m_largestMeasured, size);
    }
    /// Handing over one chunk cost `cost`.
    void measuredHandover(std::chrono::nanoseconds cost);

    /// What so many inputs take as a rule; nothing before any was measured.
    std::optional<std::chrono::nanoseconds> timeOf(std::uint64_t inputs) const;

    /// For automatic sizes from now on.
    void setLargestChunk(std::uint64_t inputs) { m_options.largestChunk = inputs; }

    /// Inputs for the next chunk, at least 1, when `remaining` inputs are left for `workers`; may
    /// be more than remain.
    std::uint64_t chunkSize(std::uint64_t remaining, std::size_t workers) const;
    /// The fewest inputs of a chunk that is divided, at least 1.
    std::uint64_t leastSize() const;
    /// Chunks that a worker should hold, at least 1. Automatic, it is 1 when what remains is about
    /// to run out and a chunk takes long: none should wait behind another while a worker is idle.
    std::uint64_t window(std::uint64_t remaining, std::size_t workers) const;

private:
    std::uint64_t wantedSize() const;
    std::uint64_t mostSoFar(std::uint64_t workers) const;

    ChunkOptions m_options;
    double m_busy = 0; ///< recent nanoseconds, older ones count less
    double m_total = 0; ///< nanoseconds of work of all workers since the run began
    double m_iterations = 0;
    double m_cost = 0; ///< nanoseconds of an iteration as a rule; 0 where unknown
    double m_recentCost = 0; ///< nanoseconds of an iteration; 0 where unknown
    double m_lastCost = 0;
    double m_handover = 20'000; ///< nanoseconds
    std::uint64_t m_largestMeasured = 0;
};

} // namespace poolscope
