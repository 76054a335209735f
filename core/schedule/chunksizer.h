// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkSizer: decides how large a chunk should be, and how many chunks a worker should have.
//
// Fixed sizes are not changed. Automatic sizes follow measurements. A chunk should take about 20
// ms, or longer if its dispatch would cost more than 1%. At the beginning a chunk takes at most
// 1/32 of the time that the run has taken so far, or 100 times its dispatch, so that slow inputs in
// one chunk do not make a short run much longer. Chunks also become smaller when few inputs are
// left. A chunk never takes less than its dispatch. A worker should have 2 ms of work in reserve,
// by the usual or the recent cost of an iteration, whichever is higher. A single long iteration
// does not count. Before the first measurement a chunk is one input. It grows by at most 8 times
// from one measurement to the next.
//
// The class computes and reads no clock: the caller passes durations. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolscope {

struct ChunkOptions {
    std::optional<std::uint64_t> chunk; ///< inputs, at least 1. Automatic if empty
    std::optional<std::uint64_t> window; ///< chunks, at least 1. Automatic if empty
    std::uint64_t largestChunk = 1ULL << 24; ///< for automatic sizes
};

class ChunkSizer {
public:
    explicit ChunkSizer(const ChunkOptions &options)
        : m_options(options)
    {
    }

    /// Records that `iterations` took `busy` in a worker.
    void measuredWork(std::uint64_t iterations, std::chrono::nanoseconds busy);
    /// Records that a chunk of `size` inputs was answered completely.
    void measuredChunk(std::uint64_t size)
    {
        m_largestMeasured = std::max(m_largestMeasured, size);
    }
    /// Records the cost of the dispatch of one chunk.
    void measuredDispatchCosts(std::chrono::nanoseconds cost);

    /// The usual time of this number of inputs. Nothing before the first measurement.
    std::optional<std::chrono::nanoseconds> timeOf(std::uint64_t inputs) const;

    /// Sets the largest automatic size.
    void setLargestChunk(std::uint64_t inputs) { m_options.largestChunk = inputs; }

    /// The number of inputs of the next chunk, at least 1, if `remaining` inputs are left for
    /// `workers`. May exceed `remaining`.
    std::uint64_t chunkSize(std::uint64_t remaining, std::size_t workers) const;
    /// The smallest size of a chunk that is divided, at least 1.
    std::uint64_t leastSize() const;
    /// The number of chunks that a worker should have, at least 1. An automatic window is 1 when
    /// few inputs are left and a chunk takes long, so that no chunk waits while a worker is idle.
    std::uint64_t window(std::uint64_t remaining, std::size_t workers) const;

private:
    std::uint64_t wantedSize() const;
    std::uint64_t mostSoFar(std::uint64_t workers) const;

    ChunkOptions m_options;
    double m_busy = 0; ///< nanoseconds of work, of which older ones count less
    double m_total = 0; ///< nanoseconds of work of all workers since the run began
    double m_iterations = 0;
    double m_cost = 0; ///< usual nanoseconds of an iteration. 0 if unknown
    double m_recentCost = 0; ///< recent nanoseconds of an iteration. 0 if unknown
    double m_lastCost = 0;
    double m_dispatchCosts = 20'000; ///< nanoseconds
    std::uint64_t m_largestMeasured = 0;
};

} // namespace poolscope
