// SPDX-License-Identifier: GPL-3.0-or-later
// Restarts: decides when a worker that has ended is replaced.
//
// A worker is usually replaced at once. A start is fruitless if the worker ended before it answered
// anything or was on an input. The next start then waits for 50 ms, and twice as long each time, at
// most 1.6 s. After six fruitless starts in a row the worker is abandoned at once if no worker of
// the pool was ever ready, since the task itself must be the reason. Otherwise it is abandoned
// after 30 s of fruitless starts, since the cause may be temporary.
//
// The class computes and reads no clock: the caller passes times in nanoseconds of one clock. One
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace poolscope {

/// Whether any worker of the pool was ever ready for inputs.
enum class Readiness { Never, Seen };

class Restarts {
public:
    void fruitlessStart(std::uint64_t time);
    /// Resets the count, since the worker has answered or the user wants another attempt.
    void reset() { m_fruitless = 0; }
    /// The time to wait before the next start. Nothing if the worker is abandoned.
    std::optional<std::chrono::milliseconds> delay(Readiness readiness) const;

private:
    int m_fruitless = 0; ///< starts, in a row
    std::uint64_t m_since = 0; ///< time at which the first of these ended
    std::uint64_t m_last = 0; ///< time at which the last of these ended
};

} // namespace poolscope
