// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerId: the number of a worker, which is not a lane, a count or an index.
#pragma once

#include <cstddef>
#include <cstdint>

namespace poolscope {

/// The number of a worker, from 1. A replaced worker keeps its number. 0 stands for none.
enum class WorkerId : std::uint32_t {};

inline constexpr WorkerId noWorker{0};

constexpr std::uint32_t numberOf(WorkerId worker)
{
    return static_cast<std::uint32_t>(worker);
}

/// The position of the worker in lists of all workers. The worker is not noWorker.
constexpr std::size_t laneOf(WorkerId worker)
{
    return std::size_t{numberOf(worker)} - 1;
}

constexpr WorkerId workerOf(std::size_t lane)
{
    return WorkerId{static_cast<std::uint32_t>(lane + 1)};
}

constexpr WorkerId &operator++(WorkerId &worker)
{
    return worker = WorkerId{numberOf(worker) + 1};
}

} // namespace poolscope
