// SPDX-License-Identifier: GPL-3.0-or-later
// IterationGate: ends a batch before all of its iterations have begun, if the pool requests that,
// and publishes the number of iterations that have begun (see wire/statuspage.h).
//
// If the run may end by a failure, the gate closes at each failure. It opens when the owner of the
// flag clears it, after the pool has sent a Continue.
//
// The code that runs a task calls mayBegin() before each iteration, or before each few if an
// iteration always takes far less than a microsecond. One thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace poolscope {

class IterationGate {
public:
    /// Creates a gate that only a failure can close.
    IterationGate() = default;
    /// The two fields of the status page outlive the gate. It is closed while `proceed` is 0.
    IterationGate(std::uint64_t &proceed, std::uint64_t &started)
        : m_proceed(&proceed)
        , m_started(&started)
    {
    }

    /// Makes failed() set the flag, which closes the gate. The flag outlives the gate.
    void closeAtFailure(bool &hasFailed) { m_hasFailed = &hasFailed; }
    /// Records that the iteration that was begun last has failed.
    void failed() const
    {
        if (m_hasFailed)
            *m_hasFailed = true;
    }

    /// Asks whether the next iterations may begin, after which `started` iterations of the batch
    /// will have. Publishes this number even if they may not.
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
