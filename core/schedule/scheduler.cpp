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

Scheduler::Scheduler(const ScheduleOptions &options, std::uint64_t inputCount)
    : m_sizer(options.chunks)
    , m_retries(options.retries)
    , m_inputCount(inputCount)
{
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

Scheduler::AfterDeath Scheduler::workerDied(WorkerId worker, IndexRange suspects)
{
    retireWorker(worker);
    const auto node = m_workers.extract(worker);
    AfterDeath result;
    for (const Held &held : node.mapped().held) {
        const IndexRange &range = held.rest;
        const IndexRange guilty = intersection(range, suspects);
        for (std::uint64_t index = guilty.first; index < guilty.end(); ++index) {
            if (++m_attempts[index].deaths >= deathsToQuarantine())
                result.quarantined.push_back(index);
        }
        result.requeued += requeue(range, guilty);
    }
    result.requeued -= result.quarantined.size();
    m_settled += result.quarantined.size();
    return result;
}

/// Puts a chunk's rest back into the queue: what lies around the suspects together, the suspects
/// that are not in quarantine each alone.
std::uint64_t Scheduler::requeue(const IndexRange &range, const IndexRange &suspects)
{
    if (suspects.count == 0) {
        m_waitingRetries.push_back({range, false});
        return range.count;
    }
    if (suspects.first > range.first)
        m_waitingRetries.push_back({{range.first, suspects.first - range.first}, false});
    for (std::uint64_t index = suspects.first; index < suspects.end(); ++index) {
        if (m_attempts[index].deaths < deathsToQuarantine())
            m_waitingRetries.push_back({{index, 1}, true});
    }
    if (suspects.end() < range.end())
        m_waitingRetries.push_back({{suspects.end(), range.end() - suspects.end()}, false});
    return range.count;
}

std::optional<IndexRange> Scheduler::nextChunk(WorkerId id)
{
    Worker &worker = m_workers.at(id);
    if (worker.retired || worker.held.size() >= windowNow())
        return std::nullopt;
    auto chunk = nextRetry();
    if (!chunk)
        chunk = nextFresh();
    if (chunk)
        worker.held.push_back({*chunk, chunk->count});
    return chunk;
}

std::optional<IndexRange> Scheduler::nextRetry()
{
    if (m_waitingRetries.empty())
        return std::nullopt;
    Retry &retry = m_waitingRetries.front();
    const std::uint64_t size = retry.alone
        ? 1
        : std::min(retry.range.count, m_sizer.chunkSize(retry.range.count, m_activeWorkers));
    const IndexRange chunk{retry.range.first, size};
    retry.range = {chunk.end(), retry.range.count - size};
    if (retry.range.count == 0)
        m_waitingRetries.pop_front();
    return chunk;
}

std::optional<IndexRange> Scheduler::nextFresh()
{
    const std::uint64_t end = std::min(m_inputCount, m_limit);
    if (m_nextFresh >= end)
        return std::nullopt;
    const std::uint64_t wanted = m_sizer.chunkSize(waitingCount(), m_activeWorkers);
    const IndexRange chunk{m_nextFresh, std::min(wanted, end - m_nextFresh)};
    m_nextFresh = chunk.end();
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
    if (m_retries == 0)
        return AfterFailure::Settled;
    if (++m_attempts[index].failures > m_retries)
        return AfterFailure::Settled;
    --m_settled;
    m_waitingRetries.push_back({{index, 1}, true});
    return AfterFailure::Retry;
}

IndexRange Scheduler::unansweredOf(WorkerId worker) const
{
    const std::deque<Held> &held = m_workers.at(worker).held;
    return held.empty() ? IndexRange{} : held.front().rest;
}

std::uint32_t Scheduler::failedAttempts(std::uint64_t index) const
{
    const auto found = m_attempts.find(index);
    return found == m_attempts.end() ? 0 : found->second.failures + found->second.deaths;
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

std::uint64_t Scheduler::chunkSizeNow() const
{
    return m_sizer.chunkSize(waitingCount(), m_activeWorkers);
}

std::uint64_t Scheduler::windowNow() const
{
    return m_sizer.window(waitingCount(), m_activeWorkers);
}

} // namespace poolscope
