// SPDX-License-Identifier: GPL-3.0-or-later
// Patience: a time limit, which is extended by the time for which the worker was suspended, as by
// SIGSTOP. Times are nanoseconds of now().
#pragma once

#include "system/stopdetector.h"
#include "worker/clock.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace poolscope::worker {

class Patience {
public:
    /// The limit is `duration` nanoseconds from now. There is none if `duration` is 0.
    explicit Patience(std::uint64_t duration)
        : m_detector(now())
        , m_end(duration > 0 ? m_detector.lastLook() + duration : 0)
    {
    }

    /// The time by which isOver() must be called again: a longer gap is taken for a suspension, and
    /// extends the limit. Nothing if there is no limit.
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
