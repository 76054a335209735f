// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/completionorder.h"

#include <algorithm>
#include <queue>

namespace poolscope {

namespace {

std::uint64_t endOf(const Span &span)
{
    return span.begin + span.duration;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b)
{
    return a > b ? a - b : b - a;
}

} // namespace

/// Visits the spans of all lanes in the order of their ends.
class CompletionOrder::Merge {
public:
    /// Starts each lane at its position in `from`, and lanes beyond it at their first span.
    Merge(const Timeline &timeline, const std::vector<std::uint32_t> &from)
    {
        const std::size_t lanes = timeline.workerCount();
        m_readers.reserve(lanes);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            m_readers.emplace_back(
                timeline.worker(lane).lane(), lane < from.size() ? from[lane] : 0);
            m_limits.push_back(timeline.worker(lane).lane().size());
        }
    }
    /// Ends each lane at its position in `to`, instead of where it ended at construction.
    void limitTo(const std::vector<std::uint32_t> &to)
    {
        for (std::size_t lane = 0; lane < m_readers.size(); ++lane)
            m_limits[lane] = lane < to.size() ? to[lane] : 0;
    }

    /// Calls take(worker, position, span) for the spans that end before `until`, while it returns
    /// true.
    template <typename Take> void run(std::uint64_t until, Take take)
    {
        using Head = std::pair<std::uint64_t, std::size_t>; // end of the span, lane
        std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
        for (std::size_t lane = 0; lane < m_readers.size(); ++lane) {
            if (has(lane))
                heads.emplace(poolscope::endOf(m_readers[lane].peek()), lane);
        }
        while (!heads.empty()) {
            const std::size_t lane = heads.top().second;
            heads.pop();
            const std::uint64_t others = heads.empty() ? UINT64_MAX : heads.top().first;
            Lane::Reader &reader = m_readers[lane];
            for (bool first = true; has(lane); first = false) {
                const Span span = reader.peek();
                const std::uint64_t end = poolscope::endOf(span);
                if (end >= until)
                    break;
                if (!first && end > others) {
                    heads.emplace(end, lane);
                    break;
                }
                const std::size_t position = reader.position();
                reader.advance();
                if (!take(workerOf(lane), position, span))
                    return;
            }
        }
    }

    std::vector<std::uint32_t> positions() const
    {
        std::vector<std::uint32_t> positions;
        positions.reserve(m_readers.size());
        for (const Lane::Reader &reader : m_readers)
            positions.push_back(static_cast<std::uint32_t>(reader.position()));
        return positions;
    }

private:
    bool has(std::size_t lane) const { return m_readers[lane].position() < m_limits[lane]; }

    std::vector<Lane::Reader> m_readers;
    std::vector<std::size_t> m_limits;
};

bool CompletionOrder::advance(std::uint64_t until, std::size_t mostSpans)
{
    // Lanes are read before marks, since the pool records a retry before the span of the attempt.
    Merge merge(m_timeline, m_now.lanes);
    readMarks();
    std::size_t visited = 0;
    if (m_checkpoints.empty())
        m_checkpoints.push_back(m_now);
    const auto rankQuarantined = [&](std::uint64_t before) {
        while (m_now.quarantined < m_quarantined.size()
            && m_quarantined[m_now.quarantined].time < before) {
            const Quarantined &given = m_quarantined[m_now.quarantined++];
            rank({{given.index, 1}, m_ranked, std::max(given.time, m_now.time), given.worker});
        }
    };
    merge.run(until, [&](WorkerId worker, std::size_t position, const Span &span) {
        const std::uint64_t end = poolscope::endOf(span);
        rankQuarantined(end);
        m_lateSpans += end < m_now.time;
        const std::uint64_t time = std::max(end, m_now.time);
        if (!m_retried.empty())
            noteRetried(worker, position, span);
        if (m_skips.empty()) {
            rank({{span.first, span.count}, m_ranked, time, worker});
        } else {
            for (const IndexRange &indices : split(worker, position, span))
                rank({indices, m_ranked, time, worker});
        }
        m_now.time = time;
        if (++m_sinceCheckpoint >= checkpointDistance) {
            m_sinceCheckpoint = 0;
            m_now.lanes = merge.positions();
            m_now.rank = m_ranked;
            m_checkpoints.push_back(m_now);
        }
        return ++visited < mostSpans;
    });
    m_now.lanes = merge.positions();
    const bool all = visited < mostSpans;
    if (all)
        rankQuarantined(until);
    m_now.rank = m_ranked;
    return all;
}

void CompletionOrder::readMarks()
{
    const AppendLog<Mark> &marks = m_timeline.marks();
    for (const std::size_t size = marks.size(); m_marksRead < size; ++m_marksRead) {
        const Mark &mark = marks[m_marksRead];
        const bool hasNoSpan =
            mark.kind == Mark::Kind::Quarantined || mark.kind == Mark::Kind::GivenUp;
        const bool isTriedAgain = mark.kind == Mark::Kind::Retried
            || (mark.kind == Mark::Kind::Reopened && !withdrawQuarantined(mark.value));
        // An input that was ranked after a failure for good has its rank. The next attempt has
        // none.
        if (isTriedAgain)
            ++m_retried[mark.value];
        if (hasNoSpan && !takeRetried(mark.value))
            m_quarantined.push_back({mark.time, mark.value, mark.worker});
    }
}

/// Removes the index from the quarantined ones. Returns false if it is ranked or not among them.
bool CompletionOrder::withdrawQuarantined(std::uint64_t index)
{
    const auto ranked = m_quarantined.begin() + static_cast<std::ptrdiff_t>(m_now.quarantined);
    const auto found = std::find_if(ranked, m_quarantined.end(),
        [index](const Quarantined &given) { return given.index == index; });
    if (found == m_quarantined.end())
        return false;
    m_quarantined.erase(found);
    return true;
}

/// Removes an expected attempt at the index. Returns false if there is none.
bool CompletionOrder::takeRetried(std::uint64_t index)
{
    const auto retried = m_retried.find(index);
    if (retried == m_retried.end())
        return false;
    if (--retried->second == 0)
        m_retried.erase(retried);
    return true;
}

/// Records which iterations of the span will be tried again.
void CompletionOrder::noteRetried(WorkerId worker, std::size_t position, const Span &span)
{
    auto retried = m_retried.lower_bound(span.first);
    while (retried != m_retried.end() && retried->first < span.first + span.count) {
        m_skips.insert({{worker, position}, retried->first});
        retried = --retried->second == 0 ? m_retried.erase(retried) : std::next(retried);
    }
}

/// Returns the iterations of a span that were not tried again.
std::vector<IndexRange> CompletionOrder::split(
    WorkerId worker, std::size_t position, const Span &span) const
{
    std::vector<IndexRange> ranges;
    std::uint64_t first = span.first;
    const auto add = [&](std::uint64_t end) {
        if (end > first)
            ranges.push_back({first, end - first});
        first = end + 1;
    };
    for (auto skip = m_skips.lower_bound({{worker, position}, 0});
         skip != m_skips.end() && skip->first == std::pair(worker, position); ++skip)
        add(skip->second);
    add(span.first + span.count);
    return ranges;
}

void CompletionOrder::rank(const RankedRange &range)
{
    const std::uint64_t away = distance(range.indices.first, range.rank);
    m_distanceSum += static_cast<double>(away) * static_cast<double>(range.indices.count);
    m_largestDistance = std::max(m_largestDistance, away);
    m_heldTime +=
        static_cast<double>(m_ranked - m_next) * static_cast<double>(range.time - m_heldSince);
    m_heldSince = range.time;
    m_ranked += range.indices.count;
    release(range.indices);
    m_mostHeld = std::max(m_mostHeld, m_ranked - m_next);
}

/// Advances m_next if a reader in input order waits for these indices. Otherwise holds them.
void CompletionOrder::release(const IndexRange &indices)
{
    if (indices.first != m_next) {
        hold(indices);
        return;
    }
    m_next = indices.end();
    while (!m_held.empty() && m_held.begin()->first <= m_next) {
        m_next = std::max(m_next, m_held.begin()->second);
        m_held.erase(m_held.begin());
    }
}

/// Adds the indices to m_held, joined with adjacent ranges so that few are stored.
void CompletionOrder::hold(const IndexRange &indices)
{
    std::uint64_t first = indices.first;
    std::uint64_t end = indices.end();
    auto after = m_held.lower_bound(first);
    if (after != m_held.end() && after->first == end) {
        end = after->second;
        after = m_held.erase(after);
    }
    if (after != m_held.begin() && std::prev(after)->second == first) {
        std::prev(after)->second = end;
        return;
    }
    m_held.emplace_hint(after, first, end);
}

CompletionOrder::Disorder CompletionOrder::disorder() const
{
    if (m_ranked == 0)
        return {};
    const auto count = static_cast<double>(m_ranked);
    return {m_distanceSum / count, m_largestDistance, m_mostHeld, m_heldTime / count};
}

std::uint64_t CompletionOrder::endOfBlock(std::uint64_t rank) const
{
    return m_checkpoints.empty() ? 0 : endOf(checkpointOf(rank)).rank;
}

/// Returns the last checkpoint at or before the rank.
std::size_t CompletionOrder::checkpointOf(std::uint64_t rank) const
{
    const auto after = std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), rank,
        [](std::uint64_t wanted, const MergeState &state) { return wanted < state.rank; });
    return static_cast<std::size_t>(after - m_checkpoints.begin()) - 1;
}

const CompletionOrder::MergeState &CompletionOrder::endOf(std::size_t checkpoint) const
{
    return checkpoint + 1 < m_checkpoints.size() ? m_checkpoints[checkpoint + 1] : m_now;
}

/// Returns the ranges from a checkpoint to the next.
std::vector<CompletionOrder::RankedRange> CompletionOrder::rangesFrom(std::size_t checkpoint) const
{
    const MergeState &from = m_checkpoints[checkpoint];
    const MergeState &to = endOf(checkpoint);
    std::vector<RankedRange> ranges;
    std::uint64_t rank = from.rank;
    std::uint64_t time = from.time;
    const auto add = [&](const IndexRange &indices, std::uint64_t end, WorkerId worker) {
        time = std::max(time, end);
        ranges.push_back({indices, rank, time, worker});
        rank += indices.count;
    };
    std::size_t quarantined = from.quarantined;
    const auto addQuarantined = [&](std::uint64_t before) {
        for (; quarantined < to.quarantined && m_quarantined[quarantined].time < before;
             ++quarantined) {
            const Quarantined &given = m_quarantined[quarantined];
            add({given.index, 1}, given.time, given.worker);
        }
    };
    Merge merge(m_timeline, from.lanes);
    merge.limitTo(to.lanes);
    merge.run(UINT64_MAX, [&](WorkerId worker, std::size_t position, const Span &span) {
        addQuarantined(poolscope::endOf(span));
        if (m_skips.empty()) {
            add({span.first, span.count}, poolscope::endOf(span), worker);
        } else {
            for (const IndexRange &indices : split(worker, position, span))
                add(indices, poolscope::endOf(span), worker);
        }
        return true;
    });
    addQuarantined(UINT64_MAX);
    return ranges;
}

std::uint64_t CompletionOrder::rankAt(std::uint64_t time) const
{
    const auto after = std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), time,
        [](std::uint64_t wanted, const MergeState &state) { return wanted < state.time; });
    if (after == m_checkpoints.begin())
        return 0;
    std::uint64_t rank = std::prev(after)->rank;
    for (const RankedRange &range :
        rangesFrom(static_cast<std::size_t>(after - m_checkpoints.begin()) - 1)) {
        if (range.time > time)
            break;
        rank = range.rank + range.indices.count;
    }
    return rank;
}

std::optional<std::uint64_t> CompletionOrder::timeOf(std::uint64_t rank) const
{
    std::optional<std::uint64_t> time;
    forEach(rank, rank + 1, [&](const RankedRange &range) { time = range.time; });
    return time;
}

} // namespace poolscope
