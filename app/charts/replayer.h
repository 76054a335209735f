// SPDX-License-Identifier: GPL-3.0-or-later
// Replayer: simulates how long a recorded run would have taken in other pools, from its recorded
// durations (analysis/whatif.h), on a thread of its own. No task is executed.
//
// The caller requests a pool, and reads new results with each frame. A new request stops the
// replays of the previous one. Points of the curve are kept if the requests differ only in the
// number of workers.
#pragma once

#include "analysis/whatifcurve.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace poolscope {

/// The pool in which a run is replayed.
struct WhatIfSetting {
    enum class Order { Given, LongestFirst };

    std::uint32_t workers = 1; ///< 1 to maxWorkers
    std::optional<std::uint64_t> chunk; ///< inputs. Nothing if automatic
    std::optional<std::uint64_t> window; ///< chunks that a worker may hold. Nothing if automatic
    Order order = Order::Given; ///< of the inputs
    std::optional<WorkerStart> start = {}; ///< nothing if as in the recorded run

    friend bool operator==(const WhatIfSetting &, const WhatIfSetting &) = default;
    /// Whether the settings differ at most in the number of workers.
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
        std::uint64_t inputs = 0; ///< recorded inputs. 0 while they are being read
        double longest = 0; ///< nanoseconds of the longest input
        double total = 0; ///< nanoseconds of all inputs
        StartCosts starts; ///< of workers in the recorded run
        std::optional<PooledCall> call; ///< if the run is a call of a watched pool
        bool hasWork = false; ///< whether there is anything to replay
        std::vector<CurvePoint> curve; ///< makespan by number of workers, sorted
        /// The replay of the requested pool, with lanes unless it has very many
        /// chunks. Null until it is done.
        std::shared_ptr<const ReplayedRun> chosen;
        bool isComplete = false; ///< whether the curve has all its points
    };

    /// The record is that of a run that has ended, and outlives this.
    explicit Replayer(const RunRecord &record);
    /// Stops the replays, and waits for the thread.
    ~Replayer();

    /// Starts the replays of another pool, and returns at once. The results then have no `chosen`.
    void request(const WhatIfSetting &setting);
    /// Waits until the results have changed since the last call, but not longer than until `until`.
    /// Returns them, or nothing if they have not changed.
    std::optional<Results> takeNew(std::chrono::steady_clock::time_point until);

private:
    void work(const std::stop_token &ending);
    void replayRequest(
        const ReplayableRun &run, const WhatIfSetting &setting, const std::stop_token &stop);
    /// Changes the results, unless `stop` was requested.
    template <typename Change> void update(const std::stop_token &stop, Change change);

    const RunRecord &m_record;
    std::mutex m_mutex;
    std::condition_variable_any m_requested;
    std::condition_variable m_news;
    std::optional<WhatIfSetting> m_waiting; ///< the request, until its replays start
    WhatIfSetting m_setting; ///< the last request
    std::stop_source m_stop; ///< for the replays of the last request
    Results m_results;
    bool m_hasNews = false;
    std::jthread m_thread;
};

} // namespace poolscope
