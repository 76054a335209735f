// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/replayer.h"

#include <utility>

namespace poolscope {

Replayer::Replayer(const RunRecord &record)
    : m_record(record)
    , m_thread([this](const std::stop_token &ending) { work(ending); })
{
}

Replayer::~Replayer()
{
    const std::lock_guard lock(m_mutex);
    m_waiting.reset();
    m_stop.request_stop();
    m_thread.request_stop();
}

void Replayer::request(const WhatIfSetting &setting)
{
    const std::lock_guard lock(m_mutex);
    m_stop.request_stop();
    m_stop = std::stop_source();
    if (!setting.isOnCurveOf(m_setting))
        m_results.curve.clear();
    m_results.chosen.reset();
    m_results.isComplete = false;
    m_setting = setting;
    m_waiting = setting;
    m_hasNews = true;
    m_requested.notify_one();
}

std::optional<Replayer::Results> Replayer::takeNew(std::chrono::steady_clock::time_point until)
{
    std::unique_lock lock(m_mutex);
    if (!m_news.wait_until(lock, until, [this] { return m_hasNews; }))
        return std::nullopt;
    m_hasNews = false;
    return m_results;
}

template <typename Change> void Replayer::update(const std::stop_token &stop, Change change)
{
    const std::lock_guard lock(m_mutex);
    if (stop.stop_requested())
        return;
    change(m_results);
    m_hasNews = true;
    m_news.notify_one();
}

void Replayer::work(const std::stop_token &ending)
{
    const ReplayableRun given = replayableRun(m_record);
    update(ending, [&given](Results &results) {
        results.hasWork = given.hasWork();
        results.inputs = given.work.inputs;
        results.longest = given.work.longest;
        results.total = given.work.total;
        results.starts = given.work.starts;
        results.call = given.call;
    });
    std::optional<ReplayableRun> sorted;
    std::unique_lock lock(m_mutex);
    while (m_requested.wait(lock, ending, [this] { return m_waiting.has_value(); })) {
        const WhatIfSetting setting = *std::exchange(m_waiting, std::nullopt);
        const std::stop_token stop = m_stop.get_token();
        lock.unlock();
        const bool isSorted = setting.order == WhatIfSetting::Order::LongestFirst;
        if (isSorted && !sorted)
            sorted = ReplayableRun{longestFirst(given.work), given.call};
        replayRequest(isSorted ? *sorted : given, setting, stop);
        lock.lock();
    }
}

/// Replays the chosen pool first, since the user waits for it.
void Replayer::replayRequest(
    const ReplayableRun &run, const WhatIfSetting &setting, const std::stop_token &stop)
{
    if (!run.hasWork()) {
        update(stop, [](Results &results) { results.isComplete = true; });
        return;
    }
    ReplaySetting replayed;
    replayed.workers = setting.workers;
    replayed.chunks.chunk = setting.chunk;
    replayed.chunks.window = setting.window;
    replayed.start = setting.start;
    auto chosen = replay(run, replayed, ReplayDetail::Lanes, stop);
    if (!chosen)
        return;
    const CurvePoint point = pointOf(*chosen, setting.workers);
    std::vector<CurvePoint> known;
    update(stop, [&](Results &results) {
        results.chosen = std::make_shared<const ReplayedRun>(std::move(*chosen));
        insertPoint(results.curve, point);
        known = results.curve;
    });
    const auto tellPoint = [&](const CurvePoint &next) {
        update(stop, [&next](Results &results) { insertPoint(results.curve, next); });
    };
    if (replayCurve(run, replayed, known, tellPoint, stop))
        update(stop, [](Results &results) { results.isComplete = true; });
}

} // namespace poolscope
