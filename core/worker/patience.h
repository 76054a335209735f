// SPDX-License-Identifier: GPL-3.0-or-later
// Patience: how long an iteration may take, not counting the time for which the worker was stopped.
#pragma once

#include "system/stopdetector.h"
#include "worker/clock.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace poolscope::worker {

class Patience {
public:
    /// `duration` in nanoseconds from now; 0 means no limit.
    explicit Patience(std::uint64_t duration)
        : m_detector(now())
        , m_end(duration > 0 ? m_detector.lastLook() + duration : 0)
    {
    }

    /// The clock time until which to wait before the next isOver(). Nothing if there is no
    /// limit.
    std::optional<std::uint64_t> nextLook() const
    {
        if (m_end == 0)
            return std::nullopt;
        return std::min(m_end, m_detector.lastLook() + lookInterval);
    }
    bool isOver()
    {
        if (m_end == 0)
            return false;
        const std::uint64_t time = now();
        if (const auto stop = m_detector.look(time))
            m_end += stop->duration();
        return time >= m_end;
    }

private:
    static constexpr std::uint64_t lookInterval = 100'000'000; // nanoseconds

    StopDetector m_detector;
    std::uint64_t m_end;
};

} // namespace poolscope::worker
