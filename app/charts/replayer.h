// SPDX-License-Identifier: GPL-3.0-or-later
// Replayer: replays a recorded run in other pools, on a thread of its own.
//
// Whoever shows it asks with each frame what is new. A new request stops the replays for the one
// before; what it has in common with that stays known.
#pragma once

#include "analysis/whatifcurve.h"
#include "record/timeline.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace poolscope {

/// The pool that a run is to be replayed in.
struct WhatIfSetting {
    enum class Order { Given, LongestFirst };

    std::uint32_t workers = 1;
    std::optional<std::uint64_t> chunk; ///< nothing if automatic
    std::optional<std::uint64_t> window; ///< the same
    Order order = Order::Given;
    std::optional<WorkerStart> start = {}; ///< as the run's workers started if empty

    friend bool operator==(const WhatIfSetting &, const WhatIfSetting &) = default;
    /// Whether they differ in nothing but the number of workers.
    bool isOnCurveOf(const WhatIfSetting &other) const
    {
        return chunk == other.chunk && window == other.window && order == other.order
            && start == other.start;
    }
};

class Replayer {
public:
    /// The results so far.
    struct Results {
        std::uint64_t inputs = 0; ///< that were recorded. 0 while they are being read
        double longest = 0; ///< of one input, nanoseconds
        double total = 0; ///< of all
        StartCosts starts;
        std::vector<CurvePoint> curve; ///< sorted by workers
        std::shared_ptr<const ReplayedRun> chosen; ///< with the workers wished for, with its lanes
        bool isComplete = false;
    };

    /// The timeline, of a run that has ended, outlives this. It ran on so many usable cores; 0:
    /// unknown.
    Replayer(const Timeline &timeline, std::uint32_t cores);
    /// Stops and waits.
    ~Replayer();

    void request(const WhatIfSetting &setting);
    /// The results, if there are more than at the last call. Waits for them until `until` at most.
    std::optional<Results> takeNew(std::chrono::steady_clock::time_point until);

private:
    void work(const std::stop_token &ending);
    void replayRequest(
        const RecordedWork &work, const WhatIfSetting &setting, const std::stop_token &stop);
    /// Changes what is told, unless that is no longer wished for.
    template <typename Change> void update(const std::stop_token &stop, Change change);

    const Timeline &m_timeline;
    const std::uint32_t m_cores;
    std::mutex m_mutex;
    std::condition_variable_any m_requested;
    std::condition_variable m_news;
    std::optional<WhatIfSetting> m_waiting; ///< the request, until it is taken up
    WhatIfSetting m_setting; ///< the last request
    std::stop_source m_stop; ///< of the replays for it
    Results m_results;
    bool m_hasNews = false;
    std::jthread m_thread;
};

} // namespace poolscope
