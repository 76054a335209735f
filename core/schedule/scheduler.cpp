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

void Scheduler::inputsArrived(std::uint64_t inputCount, Inputs inputs)
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

void Scheduler::removeWorker(WorkerId worker)
{
    Worker &retiring = m_workers.at(worker);
    if (!retiring.removed)
        --m_activeWorkers;
    retiring.removed = true;
}

void Scheduler::workerLeft(WorkerId worker)
{
    workerDied(worker, {});
}

Scheduler::AfterDeath Scheduler::workerDied(WorkerId worker, IndexRange suspects, DeathCause cause)
{
    removeWorker(worker);
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

/// Requeues the rest of a chunk. Suspects that are not settled now are each tried alone.
void Scheduler::requeue(
    const IndexRange &range, const IndexRange &suspects, DeathCause cause, AfterDeath &result)
{
    if (suspects.count == 0) {
        putBack(range);
        return;
    }
    if (suspects.first > range.first)
        putBack({range.first, suspects.first - range.first});
    const bool isKnown = suspects.count == 1;
    for (std::uint64_t index = suspects.first; index < suspects.end(); ++index) {
        if (isKnown || cause == DeathCause::Unknown)
            accuse(index, cause, result);
        else
            m_attempts.enqueue(index, m_attempts.take(index));
    }
    if (suspects.end() < range.end())
        putBack({suspects.end(), range.end() - suspects.end()});
}

void Scheduler::putBack(const IndexRange &range)
{
    m_putBack.push_back(range);
    m_putBackCount += range.count;
}

void Scheduler::accuse(std::uint64_t index, DeathCause cause, AfterDeath &result)
{
    AttemptCounts counts = m_attempts.take(index);
    const bool died = cause == DeathCause::Unknown;
    const bool isSettled =
        died ? ++counts.deaths >= deathsToQuarantine() : ++counts.failures > m_retries;
    if (isSettled)
        (died ? result.quarantined : result.failed)
            .push_back({index, counts.total(), static_cast<std::uint32_t>(counts.deaths)});
    else
        m_attempts.enqueue(index, counts);
}

std::optional<IndexRange> Scheduler::nextChunk(WorkerId id)
{
    Worker &worker = m_workers.at(id);
    const bool isAsked = worker.request == Request::Asked || worker.request == Request::Reclaimed;
    if (!mayBeGiven(worker) || worker.held.size() >= windowNow())
        return std::nullopt;
    if (!worker.held.empty() && (isAsked || isForOthersFirst(worker)))
        return std::nullopt;
    const std::uint64_t most = m_recycle - worker.given;
    const auto chunk = hasReturned() ? std::optional(nextReturned(most)) : nextFresh(most);
    if (chunk) {
        worker.given += chunk->count;
        worker.sent += chunk->count;
        worker.held.push_back({*chunk, chunk->count, worker.sent});
    }
    return chunk;
}

bool Scheduler::isExhausted(WorkerId id) const
{
    const Worker &worker = m_workers.at(id);
    return worker.given == m_recycle && worker.held.empty();
}

/// Returns the next of the inputs that were sent before, of which there is at least one. Those that
/// may fail or kill again are the last.
IndexRange Scheduler::nextReturned(std::uint64_t most)
{
    return m_putBack.empty() ? IndexRange{m_attempts.sendNext(), 1} : nextPutBack(most);
}

/// Divides a range among the workers, even if it fits into a chunk.
IndexRange Scheduler::nextPutBack(std::uint64_t most)
{
    IndexRange &range = m_putBack.front();
    const std::uint64_t workers = std::max<std::uint64_t>(m_activeWorkers, 1);
    const std::uint64_t share = (range.count + workers - 1) / workers;
    const std::uint64_t wanted = m_sizer.chunkSize(range.count, m_activeWorkers);
    const std::uint64_t size =
        std::min({wanted, std::max(share, m_sizer.leastSize()), range.count, most});
    const IndexRange chunk{range.first, size};
    range = {chunk.end(), range.count - size};
    if (range.count == 0)
        m_putBack.pop_front();
    m_putBackCount -= size;
    return chunk;
}

std::optional<IndexRange> Scheduler::nextFresh(std::uint64_t most)
{
    const std::uint64_t end = std::min(m_inputCount, m_limit);
    if (m_nextFresh >= end)
        return std::nullopt;
    const std::uint64_t wanted = m_sizer.chunkSize(freshCount(), m_activeWorkers);
    const std::uint64_t gap = m_skipped.empty() ? end : std::min(end, m_skipped.front().first);
    const IndexRange chunk{m_nextFresh, std::min({wanted, gap - m_nextFresh, most})};
    m_nextFresh = chunk.end();
    m_attempts.sentFresh(chunk);
    stepOverSettled();
    return chunk;
}

bool Scheduler::answered(WorkerId id, IndexRange indices, std::chrono::nanoseconds busy)
{
    std::deque<Held> &held = m_workers.at(id).held;
    if (held.empty())
        return false;
    Held &chunk = held.front();
    if (chunk.rest.first != indices.first || indices.count > chunk.rest.count)
        return false;
    chunk.rest = {indices.end(), chunk.rest.count - indices.count};
    if (chunk.rest.count == 0) {
        m_sizer.measuredChunk(chunk.size);
        held.pop_front();
    }
    m_attempts.answered(indices);
    m_settled += indices.count;
    m_sizer.measuredWork(indices.count, busy);
    return true;
}

/// Whether others are served before a worker that has chunks. Inputs that were put back are sent in
/// turns, since the window of one worker may have room for all of them, and they would be reclaimed
/// from there before they begin, again and again.
bool Scheduler::isForOthersFirst(const Worker &worker) const
{
    if (!m_putBack.empty())
        return std::ranges::any_of(m_workers, [&](const auto &entry) {
            return mayBeGiven(entry.second) && entry.second.held.size() < worker.held.size();
        });
    const std::uint64_t end = std::min(m_inputCount, m_limit);
    const std::uint64_t waiting = returnedCount() + (end > m_nextFresh ? end - m_nextFresh : 0);
    if (waiting >= m_activeWorkers)
        return false;
    const auto withoutWork = std::ranges::count_if(
        m_workers, [this](const auto &entry) { return hasNothingToDo(entry.second); });
    return waiting <= static_cast<std::uint64_t>(withoutWork);
}

bool Scheduler::mayBeGiven(const Worker &worker) const
{
    return !worker.removed && worker.given < m_recycle;
}

bool Scheduler::hasNothingToDo(const Worker &worker) const
{
    return worker.held.empty() && mayBeGiven(worker);
}

std::optional<WorkerId> Scheduler::nextToReclaim(std::chrono::nanoseconds leastWork) const
{
    if (hasReturned() || m_nextFresh < std::min(m_inputCount, m_limit))
        return std::nullopt;
    std::size_t withoutWork = 0;
    std::size_t asked = 0;
    std::optional<WorkerId> richest;
    std::uint64_t mostSpare = 0;
    for (const auto &[id, worker] : m_workers) {
        withoutWork += hasNothingToDo(worker);
        if (worker.held.empty())
            continue;
        asked += worker.request == Request::Asked;
        if (worker.request != Request::None)
            continue;
        std::uint64_t spare = 0;
        for (const Held &chunk : worker.held)
            spare += chunk.rest.count;
        if (--spare > mostSpare || (spare == mostSpare && spare > 0 && id < *richest)) {
            mostSpare = spare;
            richest = id;
        }
    }
    const auto time = m_sizer.timeOf(mostSpare);
    const bool isEnough = leastWork.count() == 0 || !time
        || (*time >= leastWork && mostSpare >= 2 * m_sizer.leastSize());
    return asked < withoutWork && isEnough ? richest : std::nullopt;
}

void Scheduler::reclaimAsked(WorkerId id)
{
    Worker &worker = m_workers.at(id);
    worker.request = Request::Asked;
    worker.requestEnd = worker.sent;
}

std::uint64_t Scheduler::reclaim(WorkerId id, std::uint64_t position)
{
    Worker &worker = m_workers.at(id);
    worker.request = Request::Reclaimed;
    std::uint64_t reclaimed = 0;
    while (!worker.held.empty()) {
        Held &chunk = worker.held.back();
        if (chunk.endPosition <= position || chunk.endPosition > worker.requestEnd)
            break;
        const std::uint64_t count = std::min(chunk.endPosition - position, chunk.rest.count);
        m_putBack.push_front({chunk.rest.end() - count, count});
        chunk.rest.count -= count;
        chunk.size -= count;
        chunk.endPosition -= count;
        reclaimed += count;
        if (chunk.rest.count > 0)
            break;
        worker.held.pop_back();
    }
    worker.given -= reclaimed;
    m_putBackCount += reclaimed;
    return reclaimed;
}

void Scheduler::reclaimAnswered(WorkerId worker)
{
    m_workers.at(worker).request = Request::None;
}

std::optional<std::uint32_t> Scheduler::failed(std::uint64_t index)
{
    AttemptCounts counts = m_attempts.take(index);
    if (++counts.failures > m_retries) {
        ++m_failed;
        return counts.total();
    }
    --m_settled;
    m_attempts.enqueue(index, counts);
    return std::nullopt;
}

void Scheduler::retry(const TriedIndex &settled)
{
    --m_settled;
    --m_failed;
    m_attempts.enqueue(settled.index, AttemptCounts::after(std::max(settled.attempts, 1U)));
}

IndexRange Scheduler::unansweredOf(WorkerId worker) const
{
    const std::deque<Held> &held = m_workers.at(worker).held;
    return held.empty() ? IndexRange{} : held.front().rest;
}

bool Scheduler::heldByLimit() const
{
    return !hasReturned() && m_nextFresh < m_inputCount && m_nextFresh >= m_limit;
}

/// Visits the unsettled indices that were sent before, in any order.
template <typename Visit> void Scheduler::forEachUnsettledButFresh(const Visit &visit) const
{
    for (const auto &[id, worker] : m_workers) {
        for (const Held &held : worker.held)
            visit(held.rest);
    }
    for (const IndexRange &range : m_putBack)
        visit(range);
    for (const Attempts::Waiting &alone : m_attempts.waiting())
        visit(IndexRange{alone.index, 1});
}

std::vector<IndexRange> Scheduler::unsettled() const
{
    std::vector<IndexRange> ranges;
    forEachUnsettledButFresh([&](const IndexRange &range) { ranges.push_back(range); });
    std::sort(ranges.begin(), ranges.end(),
        [](const IndexRange &a, const IndexRange &b) { return a.first < b.first; });
    ranges.push_back({m_nextFresh, UINT64_MAX - m_nextFresh});
    return ranges;
}

std::uint64_t Scheduler::firstUnsettled() const
{
    std::uint64_t first = m_nextFresh;
    forEachUnsettledButFresh(
        [&](const IndexRange &range) { first = std::min(first, range.first); });
    return first;
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
