// SPDX-License-Identifier: GPL-3.0-or-later
// Restarts: when the place of a worker that has ended gets a new one.
//
// At once, as a rule. A start is fruitless if the worker ended before it had answered anything and
// was on no input either; then the next one waits, from 50 ms on and twice as long each time, 1.6 s
// at most. After six in a row a place is given up: at once where no worker of the pool was ever
// ready, since the task itself must be the reason; else not before it has been fruitless for 30 s,
// since whatever kills workers now may stop.
//
// Plain arithmetic, no clock: it is told times, nanoseconds of any one clock. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace poolscope {

/// Whether any worker of the pool has ever come so far that it could take inputs.
enum class Readiness { Never, Seen };

class Restarts {
public:
    void fruitlessStart(std::uint64_t time);
    /// The worker has answered, or somebody wants the place to begin anew.
    void forget() { m_fruitless = 0; }
    /// How long to wait before the next start; nothing: the place is given up.
    std::optional<std::chrono::milliseconds> delay(Readiness readiness) const;

private:
    int m_fruitless = 0; ///< starts, in a row
    std::uint64_t m_since = 0; ///< when the first of them ended
    std::uint64_t m_last = 0; ///< and the last
};

} // namespace poolscope
