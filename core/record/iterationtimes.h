// SPDX-License-Identifier: GPL-3.0-or-later
// IterationTimes: a coarse histogram of the durations of iterations, for their median at any time.
//
// Each doubling of a duration has four bins, so the error of the median is at most a seventh. One
// thread adds, and any thread reads.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolscope {

class IterationTimes {
public:
    /// Records that `iterations` took `duration` nanoseconds together.
    void add(std::uint64_t iterations, std::uint64_t duration)
    {
        if (iterations == 0)
            return;
        std::atomic<std::uint64_t> &bin = m_bins[binOf(duration / iterations)];
        bin.store(bin.load(std::memory_order_relaxed) + iterations, std::memory_order_relaxed);
    }

    /// The median in nanoseconds. Nothing before the first iteration.
    std::optional<double> median() const
    {
        std::uint64_t count = 0;
        for (const auto &bin : m_bins)
            count += bin.load(std::memory_order_relaxed);
        std::uint64_t before = 0;
        for (std::size_t bin = 0; bin < m_bins.size(); ++bin) {
            before += m_bins[bin].load(std::memory_order_relaxed);
            if (count > 0 && 2 * before >= count)
                return middleOf(bin);
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t binsOfDoubling = 4;

    static std::size_t binOf(std::uint64_t duration)
    {
        if (duration < binsOfDoubling)
            return static_cast<std::size_t>(duration);
        const auto doubling = static_cast<std::size_t>(std::bit_width(duration)) - 3;
        return doubling * binsOfDoubling + static_cast<std::size_t>(duration >> doubling);
    }
    static double middleOf(std::size_t bin)
    {
        if (bin < 2 * binsOfDoubling)
            return static_cast<double>(bin);
        const std::size_t doubling = bin / binsOfDoubling - 1;
        const auto quarter = static_cast<double>(bin % binsOfDoubling + binsOfDoubling);
        return (quarter + 0.5) * static_cast<double>(std::uint64_t{1} << doubling);
    }

    std::array<std::atomic<std::uint64_t>, 63 * binsOfDoubling> m_bins{};
};

} // namespace poolscope
