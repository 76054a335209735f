// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/recordedwork.h"

#include "analysis/statistics.h"
#include "schedule/watchtime.h"

#include <algorithm>
#include <optional>
#include <queue>

namespace poolscope {

namespace {

std::vector<InputGroup> allSpans(const Timeline &timeline)
{
    std::vector<InputGroup> groups;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const Lane &lane = timeline.worker(i).lane();
        lane.forEach(0, lane.size(), [&groups](const Span &span) {
            groups.push_back({span.first, static_cast<std::uint32_t>(span.count),
                static_cast<float>(span.duration)});
        });
    }
    return groups;
}

/// Returns the part of a group from `index` on. The group contains the index.
InputGroup groupFrom(const InputGroup &group, std::uint64_t index)
{
    const auto left = static_cast<std::uint32_t>(group.indices().end() - index);
    return {index, left, static_cast<float>(group.ofEach() * left)};
}

/// Divides groups so that none overlap, as they do if an index was tried more than once. The
/// durations of overlapping groups add up.
std::vector<InputGroup> disjoint(std::vector<InputGroup> groups)
{
    const auto isBehind = [](const InputGroup &a, const InputGroup &b) {
        return a.first > b.first;
    };
    std::priority_queue waiting(isBehind, std::move(groups));
    const auto take = [&waiting] {
        const InputGroup group = waiting.top();
        waiting.pop();
        return group;
    };
    std::vector<InputGroup> result;
    while (!waiting.empty()) {
        InputGroup group = take();
        const bool overlaps = !waiting.empty() && waiting.top().first < group.indices().end();
        if (!overlaps) {
            result.push_back(group);
        } else if (waiting.top().first > group.first) {
            const InputGroup rest = groupFrom(group, waiting.top().first);
            result.push_back(
                {group.first, group.count - rest.count, group.duration - rest.duration});
            waiting.push(rest);
        } else {
            const InputGroup other = take();
            const std::uint32_t both = std::min(group.count, other.count);
            for (const InputGroup &one : {group, other}) {
                if (one.count > both)
                    waiting.push(groupFrom(one, one.first + both));
            }
            waiting.push(
                {group.first, both, static_cast<float>((group.ofEach() + other.ofEach()) * both)});
        }
    }
    return result;
}

bool isSortedAndDisjoint(const std::vector<InputGroup> &groups)
{
    return std::adjacent_find(groups.begin(), groups.end(),
               [](const InputGroup &a, const InputGroup &b) { return a.indices().end() > b.first; })
        == groups.end();
}

std::vector<InputGroup> groupsByIndex(const Timeline &timeline)
{
    std::vector<InputGroup> groups = allSpans(timeline);
    std::sort(groups.begin(), groups.end(),
        [](const InputGroup &a, const InputGroup &b) { return a.first < b.first; });
    return isSortedAndDisjoint(groups) ? groups : disjoint(std::move(groups));
}

class Mean {
public:
    void add(double value)
    {
        m_sum += value;
        ++m_count;
    }
    /// Returns the mean, or `assumed` if there is no value.
    Cost orAssumed(Cost assumed) const
    {
        return m_count == 0 ? assumed : Cost{m_sum / static_cast<double>(m_count), m_count};
    }

private:
    double m_sum = 0;
    std::uint64_t m_count = 0;
};

/// The median of durations, from an evenly spread sample of limited size.
class Typical {
public:
    void add(double value)
    {
        if (m_count++ % m_stride != 0)
            return;
        m_values.push_back(value);
        if (m_values.size() == mostValues)
            keepHalf();
    }
    /// Returns the median, or `assumed` if there are fewer than `leastCases` values.
    Cost orAssumed(Cost assumed, std::uint64_t leastCases = 1) const
    {
        return m_count < leastCases ? assumed : Cost{median(m_values), m_count};
    }

private:
    static constexpr std::size_t mostValues = 1U << 15;

    void keepHalf()
    {
        for (std::size_t i = 0; i < mostValues / 2; ++i)
            m_values[i] = m_values[2 * i];
        m_values.resize(mostValues / 2);
        m_stride *= 2;
    }

    std::vector<double> m_values;
    std::uint64_t m_stride = 1;
    std::uint64_t m_count = 0;
};

double between(std::uint64_t from, std::uint64_t to)
{
    return static_cast<double>(to) - static_cast<double>(from);
}

/// Reads the chunks of all workers, and measures each cost in those chunks that show it alone.
class CostReader {
public:
    void read(const WorkerRecord &worker);
    /// Returns the measured costs, and those of `costs` that were not measured. The coordinator was
    /// busy for `busy` nanoseconds. Messages took `crowding` times as long as with few workers.
    DispatchCosts costs(
        DispatchCosts costs, double crowding, double busy, std::uint64_t inputs) const;

private:
    void compareHeld(const ChunkTimes &before, const ChunkTimes &next);
    void compareIdle(const ChunkTimes &before, const ChunkTimes &next);
    void readGaps(const Lane &lane, std::size_t from, std::size_t to);
    void divideBusyTime(DispatchCosts &costs, double busy, std::uint64_t inputs) const;

    Typical m_outward;
    Typical m_inward;
    Typical m_inwardAsleep; ///< inward, if the coordinator may have slept
    Typical m_turn;
    Typical m_gap;
    std::uint64_t m_chunks = 0;
    std::uint64_t m_answers = 0;
};

void CostReader::read(const WorkerRecord &worker)
{
    ChunkTimeLog::Reader reader(worker.chunkTimes(), worker.lane());
    std::optional<ChunkTimes> before;
    bool beforeBeganAnswer = true;
    while (const auto chunk = reader.next()) {
        const bool beginsAnswer = !before || before->decoded != chunk->decoded;
        if (before)
            compareHeld(*before, *chunk);
        if (before && beforeBeganAnswer && beginsAnswer) // `before` had its own answer
            compareIdle(*before, *chunk);
        readGaps(worker.lane(), reader.firstSpan(), reader.firstSpan() + chunk->spans);
        ++m_chunks;
        m_answers += beginsAnswer ? 1 : 0;
        beforeBeganAnswer = beginsAnswer;
        before = chunk;
    }
}

/// Measures the gap if the worker had received `next` when it ended `before`.
void CostReader::compareHeld(const ChunkTimes &before, const ChunkTimes &next)
{
    if (next.received <= before.ended && next.begun >= before.ended)
        m_gap.add(between(before.ended, next.begun));
}

/// Measures the cost of messages if the worker had nothing to do when `next` was sent.
void CostReader::compareIdle(const ChunkTimes &before, const ChunkTimes &next)
{
    if (next.sent < before.decoded || before.decoded < before.ended || next.begun < next.sent)
        return;
    const bool mayHaveSlept = between(before.sent, before.ended) > static_cast<double>(watchTime);
    m_outward.add(between(next.sent, next.begun));
    (mayHaveSlept ? m_inwardAsleep : m_inward).add(between(before.ended, before.decoded));
    m_turn.add(between(before.decoded, next.sent));
}

void CostReader::readGaps(const Lane &lane, std::size_t from, std::size_t to)
{
    std::optional<std::uint64_t> end;
    lane.forEach(from, to, [&](const Span &span) {
        if (end && span.begin >= *end)
            m_gap.add(between(*end, span.begin));
        end = span.begin + span.duration;
    });
}

/// Divides the time for which the coordinator was busy by answers, chunks and values. If one kind
/// was far more frequent than the others, its cost is what their assumed costs leave. If the
/// coordinator was busy for less than assumed, the assumed costs are reduced.
void CostReader::divideBusyTime(DispatchCosts &costs, double busy, std::uint64_t inputs) const
{
    constexpr std::uint64_t farMore = 8;
    if (busy == 0 || m_answers == 0)
        return;
    const auto left = [busy](double others, std::uint64_t cases) {
        return Cost{(busy - others) / static_cast<double>(cases), cases};
    };
    const double answers = costs.answer.nanoseconds * static_cast<double>(m_answers);
    const double chunks = costs.chunk.nanoseconds * static_cast<double>(m_chunks);
    if (busy < answers + chunks) {
        costs.answer.nanoseconds *= busy / (answers + chunks);
        costs.chunk.nanoseconds *= busy / (answers + chunks);
        return;
    }
    if (inputs >= farMore * m_chunks)
        costs.value = left(answers + chunks, inputs);
    else if (m_chunks >= farMore * m_answers)
        costs.chunk = left(answers, m_chunks);
    else
        costs.answer = left(chunks, m_answers);
}

DispatchCosts CostReader::costs(
    DispatchCosts costs, double crowding, double busy, std::uint64_t inputs) const
{
    constexpr std::uint64_t leastWays = 64;
    const auto alone = [crowding](const Typical &way, Cost assumed) {
        Cost cost = way.orAssumed({assumed.nanoseconds * crowding}, leastWays);
        cost.nanoseconds /= crowding;
        return cost;
    };
    costs.outward = alone(m_outward, costs.outward);
    costs.inward = alone(m_inward, costs.inward);
    costs.turn = m_turn.orAssumed(costs.turn, leastWays);
    const Cost asleep =
        m_inwardAsleep.orAssumed({costs.inward.nanoseconds + costs.wake.nanoseconds}, leastWays);
    costs.wake = {std::max(asleep.nanoseconds - costs.inward.nanoseconds, 0.0), asleep.cases};
    costs.gap = m_gap.orAssumed(costs.gap);
    divideBusyTime(costs, busy, inputs);
    if (costs.turn.cases > 0) { // the measured turn includes reading the answer
        const double inputsOfAChunk = static_cast<double>(inputs) / static_cast<double>(m_chunks);
        const double content = costs.chunk.nanoseconds + costs.value.nanoseconds * inputsOfAChunk;
        costs.turn.nanoseconds = std::max(costs.turn.nanoseconds - content, 0.0);
    }
    return costs;
}

/// Returns the costs assumed for these workers. Python workers sleep until a chunk arrives.
DispatchCosts assumedCosts(const Timeline &timeline)
{
    DispatchCosts costs;
    if (timeline.workerCount() > 0 && timeline.worker(0).identity().runtime.starts_with("Python")) {
        costs.outward.nanoseconds = 45'000;
        costs.inward.nanoseconds = 45'000;
        costs.gap.nanoseconds = 10'000;
        costs.wake.nanoseconds = 50'000;
        costs.crowding = 0;
    }
    return costs;
}

/// The starts of workers, without those that joined later.
struct Start {
    std::vector<double> readyTimes; ///< nanoseconds since the first dispatch
    Mean betweenStarts; ///< nanoseconds from one start to the next
};

/// Counts the workers that were started before the first dispatch and never became ready.
std::size_t neverReadyCount(const Timeline &timeline)
{
    std::vector<bool> isStarted(timeline.workerCount() + 1);
    std::vector<bool> isReady(timeline.workerCount() + 1);
    for (std::size_t i = 0; i < timeline.marks().size(); ++i) {
        const Mark &mark = timeline.marks()[i];
        if (hasState(mark, WorkerState::Starting) && mark.time <= timeline.firstDispatch())
            isStarted[numberOf(mark.worker)] = true;
        else if (hasState(mark, WorkerState::Ready))
            isReady[numberOf(mark.worker)] = true;
    }
    std::size_t count = 0;
    for (std::size_t worker = 1; worker < isStarted.size(); ++worker)
        count += isStarted[worker] && !isReady[worker] ? 1 : 0;
    return count;
}

Start startOf(const Timeline &timeline)
{
    const std::uint64_t begin = timeline.firstDispatch();
    std::vector<bool> isKnown(timeline.workerCount() + 1);
    std::optional<std::uint64_t> lastStart;
    Start start;
    for (std::size_t i = 0; i < timeline.marks().size(); ++i) {
        const Mark &mark = timeline.marks()[i];
        const bool isStarting = hasState(mark, WorkerState::Starting);
        if (isStarting && mark.time > begin)
            break;
        if (isStarting && lastStart)
            start.betweenStarts.add(between(*lastStart, mark.time));
        if (isStarting)
            lastStart = mark.time;
        if (hasState(mark, WorkerState::Ready) && !isKnown[numberOf(mark.worker)]) {
            isKnown[numberOf(mark.worker)] = true;
            start.readyTimes.push_back(mark.time > begin ? between(begin, mark.time) : 0);
        }
    }
    start.readyTimes.insert(start.readyTimes.end(), neverReadyCount(timeline),
        static_cast<double>(timeline.makespan()));
    std::sort(start.readyTimes.begin(), start.readyTimes.end());
    return start;
}

} // namespace

double crowdingOf(const DispatchCosts &costs, std::uint32_t workers, std::uint32_t cores)
{
    return isCrowded(workers, cores) ? 1 + costs.crowding / workers : 1;
}

RecordedWork recordedWork(const Timeline &timeline, std::uint32_t cores)
{
    RecordedWork work;
    work.cores = cores;
    work.groups = groupsByIndex(timeline);
    for (const InputGroup &group : work.groups) {
        work.inputs += group.count;
        work.total += group.duration;
        work.longest = std::max(work.longest, group.ofEach());
    }
    CostReader reader;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        reader.read(timeline.worker(i));
    const DispatchCosts assumed = assumedCosts(timeline);
    const auto workers = static_cast<std::uint32_t>(timeline.workerCount());
    work.costs = reader.costs(assumed, crowdingOf(assumed, workers, cores),
        static_cast<double>(timeline.coordinator().busy), work.inputs);
    const Start start = startOf(timeline);
    work.readyTimes = start.readyTimes;
    work.startUp = static_cast<double>(timeline.firstDispatch());
    work.starts = startCostsOf(timeline, cores);
    work.costs.start = start.betweenStarts.orAssumed(work.costs.start);
    return work;
}

RecordedWork longestFirst(RecordedWork work)
{
    std::stable_sort(work.groups.begin(), work.groups.end(),
        [](const InputGroup &a, const InputGroup &b) { return a.ofEach() > b.ofEach(); });
    return work;
}

} // namespace poolscope
