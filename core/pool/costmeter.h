// SPDX-License-Identifier: GPL-3.0-or-later
// CostMeter: adds up the costs of one worker's processes, which follow each other.
#pragma once

#include "events/types.h"

#include <algorithm>

namespace poolscope {

class CostMeter {
public:
    /// Starts to measure a new process. The cost of the last one is final.
    void processStarted() { m_before = m_total; }
    /// Records the cost of the process so far. A figure that is not known is 0.
    void used(const WorkerUsage &usage)
    {
        m_total.cpu = m_before.cpu + usage.cpu;
        m_total.runQueue = m_before.runQueue + usage.runQueue;
        m_total.maxRss = std::max(m_total.maxRss, usage.maxRss);
        m_total.decoding = std::max(m_total.decoding, m_before.decoding + usage.decoding);
    }
    /// Records the cost of the process when it became ready.
    void setUp(const WorkerUsage &usage)
    {
        m_total.setUpCpu = m_before.setUpCpu + usage.cpu;
        m_total.setUpRunQueue = m_before.setUpRunQueue + usage.runQueue;
    }
    void loaded(const TaskLoading &loading) { m_total.loading = loading; }
    /// Records figures of the threads of the process. Threads that have ended are not counted.
    void threads(const ThreadUsage &usage)
    {
        m_total.threads = std::max(m_total.threads, usage.count);
        m_total.threadRunQueue =
            std::max(m_total.threadRunQueue, m_before.threadRunQueue + usage.runQueue);
    }

    const WorkerCost &total() const { return m_total; }

private:
    WorkerCost m_before; ///< of processes before this one
    WorkerCost m_total;
};

} // namespace poolscope
