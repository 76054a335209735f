// SPDX-License-Identifier: GPL-3.0-or-later
// IterationGate: by what the pool ends a batch before all of its iterations have begun, and sees
// which of them has (see wire/statuspage.h).
//
// If the run may end by a failure, the gate closes at each failure until the pool sends a Continue.
//
// Whoever runs a task asks mayBegin() before each iteration, or before each few where an iteration
// always takes far less than a microsecond. One thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace poolscope {

class IterationGate {
public:
    /// Always open.
    IterationGate() = default;
    /// These words of memory outlive it.
    IterationGate(std::uint64_t &proceed, std::uint64_t &started)
        : m_proceed(&proceed)
        , m_started(&started)
    {
    }

    /// Closes as soon as an iteration has failed, which sets the flag. The flag outlives it.
    void closeAtFailure(bool &hasFailed) { m_hasFailed = &hasFailed; }
    /// The iteration that was begun last has failed.
    void failed() const
    {
        if (m_hasFailed)
            *m_hasFailed = true;
    }

    /// Whether iterations of the batch may begin, up to `started` of them since its beginning.
    bool mayBegin(std::uint64_t started) const
    {
        if (m_hasFailed && *m_hasFailed)
            return false;
        if (!m_proceed)
            return true;
        std::atomic_ref(*m_started).store(started, std::memory_order_release);
        return std::atomic_ref(*m_proceed).load(std::memory_order_acquire) != 0;
    }

private:
    std::uint64_t *m_proceed = nullptr;
    std::uint64_t *m_started = nullptr;
    bool *m_hasFailed = nullptr;
};

} // namespace poolscope
