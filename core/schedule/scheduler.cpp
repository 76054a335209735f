// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/scheduler.h"

#include <algorithm>
#include <cassert>

namespace poolscope {

namespace {

IndexRange intersection(const IndexRange &a, const IndexRange &b)
{
    const std::uint64_t first = std::max(a.first, b.first);
    const std::uint64_t end = std::min(a.end(), b.end());
    return first < end ? IndexRange{first, end - first} : IndexRange{};
}

} // namespace

Scheduler::Scheduler(const ScheduleOptions &options, std::uint64_t inputCount, Inputs inputs)
    : m_sizer(options.chunks)
    , m_retries(options.retries)
    , m_recycle(options.recycle)
    , m_inputCount(inputCount)
    , m_inputs(inputs)
{
}

void Scheduler::inputsCame(std::uint64_t inputCount, Inputs inputs)
{
    assert(inputCount >= m_inputCount);
    m_inputCount = inputCount;
    m_inputs = inputs;
}

void Scheduler::skip(const std::vector<IndexRange> &settled)
{
    m_skipped.assign(settled.begin(), settled.end());
    m_settled = m_skippedAhead = countOf(settled);
    stepOverSettled();
}

void Scheduler::stepOverSettled()
{
    while (!m_skipped.empty() && m_skipped.front().first <= m_nextFresh) {
        m_nextFresh = m_skipped.front().end();
        m_skippedAhead -= m_skipped.front().count;
        m_skipped.pop_front();
    }
}

void Scheduler::addWorker(WorkerId worker)
{
    assert(!m_workers.contains(worker));
    m_workers[worker] = {};
    ++m_activeWorkers;
}

void Scheduler::retireWorker(WorkerId worker)
{
    Worker &retiring = m_workers.at(worker);
    if (!retiring.retired)
        --m_activeWorkers;
    retiring.retired = true;
}

void Scheduler::workerLeft(WorkerId worker)
{
    workerDied(worker, {});
}

Scheduler::AfterDeath Scheduler::workerDied(WorkerId worker, IndexRange suspects, DeathCause cause)
{
    retireWorker(worker);
    const auto node = m_workers.extract(worker);
    AfterDeath result;
    for (const Held &held : node.mapped().held) {
        requeue(held.rest, intersection(held.rest, suspects), cause, result);
        result.requeued += held.rest.count;
    }
    const std::size_t settled = result.quarantined.size() + result.failed.size();
    result.requeued -= settled;
    m_settled += settled;
    m_failed += settled;
    return result;
}

/// Puts a chunk's rest back into the queue: what lies around the suspects together, the suspects
/// that are not settled by this each alone.
void Scheduler::requeue(
    const IndexRange &range, const IndexRange &suspects, DeathCause cause, AfterDeath &result)
{
    if (suspects.count == 0) {
        m_waitingRetries.push_back({range, false});
        return;
    }
    if (suspects.first > range.first)
        m_waitingRetries.push_back({{range.first, suspects.first - range.first}, false});
    const bool isKnown = suspects.count == 1;
    for (std::uint64_t index = suspects.first; index < suspects.end(); ++index) {
        if (isKnown || cause == DeathCause::Unknown)
            accuse(index, cause, result);
        else
            tryAlone(index);
    }
    if (suspects.end() < range.end())
        m_waitingRetries.push_back({{suspects.end(), range.end() - suspects.end()}, false});
}

void Scheduler::accuse(std::uint64_t index, DeathCause cause, AfterDeath &result)
{
    Attempts &attempts = m_attempts[index];
    const bool died = cause == DeathCause::Unknown;
    const bool isSettled =
        died ? ++attempts.deaths >= deathsToQuarantine() : ++attempts.failures > m_retries;
    if (!isSettled)
        tryAlone(index);
    else if (died)
        result.quarantined.push_back(index);
    else
        result.failed.push_back(index);
}

std::optional<IndexRange> Scheduler::nextChunk(WorkerId id)
{
    Worker &worker = m_workers.at(id);
    const std::uint64_t most = m_recycle - worker.given;
    if (worker.retired || most == 0 || worker.held.size() >= windowNow())
        return std::nullopt;
    auto chunk = nextRetry(most);
    if (!chunk)
        chunk = nextFresh(most);
    if (chunk) {
        worker.held.push_back({*chunk, chunk->count});
        worker.given += chunk->count;
    }
    return chunk;
}

bool Scheduler::isSpent(WorkerId id) const
{
    const Worker &worker = m_workers.at(id);
    return worker.given == m_recycle && worker.held.empty();
}

std::optional<IndexRange> Scheduler::nextRetry(std::uint64_t most)
{
    if (m_waitingRetries.empty())
        return std::nullopt;
    Retry &retry = m_waitingRetries.front();
    const std::uint64_t wanted =
        retry.alone ? 1 : m_sizer.chunkSize(retry.range.count, m_activeWorkers);
    const std::uint64_t size = std::min({wanted, retry.range.count, most});
    const IndexRange chunk{retry.range.first, size};
    retry.range = {chunk.end(), retry.range.count - size};
    if (retry.range.count == 0)
        m_waitingRetries.pop_front();
    return chunk;
}

std::optional<IndexRange> Scheduler::nextFresh(std::uint64_t most)
{
    const std::uint64_t end = std::min(m_inputCount, m_limit);
    if (m_nextFresh >= end)
        return std::nullopt;
    const std::uint64_t wanted = m_sizer.chunkSize(waitingCount(), m_activeWorkers);
    const std::uint64_t gap = m_skipped.empty() ? end : std::min(end, m_skipped.front().first);
    const IndexRange chunk{m_nextFresh, std::min({wanted, gap - m_nextFresh, most})};
    m_nextFresh = chunk.end();
    stepOverSettled();
    return chunk;
}

bool Scheduler::answered(WorkerId id, IndexRange indices, std::chrono::nanoseconds busy)
{
    std::deque<Held> &held = m_workers.at(id).held;
    if (held.empty())
        return false;
    auto &[rest, size] = held.front();
    if (rest.first != indices.first || indices.count > rest.count)
        return false;
    rest = {indices.end(), rest.count - indices.count};
    if (rest.count == 0) {
        m_sizer.measuredChunk(size);
        held.pop_front();
    }
    m_settled += indices.count;
    m_sizer.measuredWork(indices.count, busy);
    return true;
}

Scheduler::AfterFailure Scheduler::failed(std::uint64_t index)
{
    // Where nothing is retried a first attempt is not worth an entry.
    const bool isKnown = m_retries > 0 || m_attempts.contains(index);
    if (!isKnown || ++m_attempts[index].failures > m_retries) {
        ++m_failed;
        return AfterFailure::Settled;
    }
    --m_settled;
    tryAlone(index);
    return AfterFailure::Retry;
}

void Scheduler::tryAgain(std::uint64_t index)
{
    const std::uint32_t earlier = std::max(failedAttempts(index), 1U);
    m_attempts[index] = {0, 0, earlier};
    --m_settled;
    --m_failed;
    tryAlone(index);
}

void Scheduler::failedBefore(std::uint64_t index, std::uint32_t attempts)
{
    m_attempts[index] = {0, 0, attempts};
}

IndexRange Scheduler::unansweredOf(WorkerId worker) const
{
    const std::deque<Held> &held = m_workers.at(worker).held;
    return held.empty() ? IndexRange{} : held.front().rest;
}

std::uint32_t Scheduler::failedAttempts(std::uint64_t index) const
{
    const auto found = m_attempts.find(index);
    if (found == m_attempts.end())
        return 0;
    const Attempts &attempts = found->second;
    return attempts.failures + attempts.deaths + attempts.earlier;
}

std::uint32_t Scheduler::deaths(std::uint64_t index) const
{
    const auto found = m_attempts.find(index);
    return found == m_attempts.end() ? 0 : found->second.deaths;
}

bool Scheduler::heldByLimit() const
{
    return m_waitingRetries.empty() && m_nextFresh < m_inputCount && m_nextFresh >= m_limit;
}

std::vector<IndexRange> Scheduler::unsettled() const
{
    std::vector<IndexRange> ranges;
    for (const auto &[id, worker] : m_workers) {
        for (const Held &held : worker.held)
            ranges.push_back(held.rest);
    }
    for (const Retry &retry : m_waitingRetries)
        ranges.push_back(retry.range);
    std::sort(ranges.begin(), ranges.end(),
        [](const IndexRange &a, const IndexRange &b) { return a.first < b.first; });
    ranges.push_back({m_nextFresh, UINT64_MAX - m_nextFresh});
    return ranges;
}

std::uint64_t Scheduler::chunkSizeNow() const
{
    return m_sizer.chunkSize(waitingCount(), m_activeWorkers);
}

std::uint64_t Scheduler::windowNow() const
{
    return m_sizer.window(waitingCount(), m_activeWorkers);
}

} // namespace poolscope
