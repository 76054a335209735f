// SPDX-License-Identifier: GPL-3.0-or-later
// CostMeter: adds up what the processes of one worker cost, one after the other.
#pragma once

#include "events/types.h"

#include <algorithm>

namespace poolscope {

class CostMeter {
public:
    /// Starts to measure a new process. The cost of the last one is final.
    void processStarted()
    {
        m_before = total();
        m_now = {};
    }
    /// Records the cost of the process so far. A figure that is not known is 0.
    void used(const WorkerUsage &usage)
    {
        m_now.cpu = usage.cpu;
        m_now.runQueue = usage.runQueue;
        m_now.maxRss = std::max(m_now.maxRss, usage.maxRss);
        m_now.decoding = std::max(m_now.decoding, usage.decoding);
    }
    /// Records the cost of the process when it became ready.
    void setUp(const WorkerUsage &usage)
    {
        m_now.setUpCpu = usage.cpu;
        m_now.setUpRunQueue = usage.runQueue;
    }
    void loaded(const TaskLoading &loading) { m_now.loading = loading; }
    /// Records figures of the threads of the process. Threads that have ended are not counted.
    void threads(const ThreadUsage &usage)
    {
        m_now.threads = std::max(m_now.threads, usage.count);
        m_now.threadRunQueue = std::max(m_now.threadRunQueue, usage.runQueue);
    }

    WorkerCost total() const { return sum(m_before, m_now); }

private:
    WorkerCost m_before; ///< of processes before this one
    WorkerCost m_now;
};

} // namespace poolscope
