// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/recordedwork.h"

#include <algorithm>
#include <optional>
#include <queue>

namespace poolscope {

namespace {

std::vector<WorkPiece> allSpans(const Timeline &timeline)
{
    std::vector<WorkPiece> pieces;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const Lane &lane = timeline.worker(i).lane();
        lane.forEach(0, lane.size(), [&pieces](const Span &span) {
            pieces.push_back({span.first, static_cast<std::uint32_t>(span.count),
                static_cast<float>(span.duration)});
        });
    }
    return pieces;
}

/// What is left of a piece from `index` on, which it contains.
WorkPiece pieceFrom(const WorkPiece &piece, std::uint64_t index)
{
    const auto left = static_cast<std::uint32_t>(piece.indices().end() - index);
    return {index, left, static_cast<float>(piece.ofEach() * left)};
}

/// Pieces that may overlap, where an index was tried more than once, cut so that none do. Where
/// they overlap, they add up.
std::vector<WorkPiece> disjoint(std::vector<WorkPiece> pieces)
{
    const auto isBehind = [](const WorkPiece &a, const WorkPiece &b) {
        return a.first > b.first;
    };
    std::priority_queue waiting(isBehind, std::move(pieces));
    const auto take = [&waiting] {
        const WorkPiece piece = waiting.top();
        waiting.pop();
        return piece;
    };
    std::vector<WorkPiece> result;
    while (!waiting.empty()) {
        WorkPiece piece = take();
        const bool overlaps = !waiting.empty() && waiting.top().first < piece.indices().end();
        if (!overlaps) {
            result.push_back(piece);
        } else if (waiting.top().first > piece.first) {
            const WorkPiece rest = pieceFrom(piece, waiting.top().first);
            result.push_back(
                {piece.first, piece.count - rest.count, piece.duration - rest.duration});
            waiting.push(rest);
        } else {
            const WorkPiece other = take();
            const std::uint32_t both = std::min(piece.count, other.count);
            for (const WorkPiece &one : {piece, other}) {
                if (one.count > both)
                    waiting.push(pieceFrom(one, one.first + both));
            }
            waiting.push(
                {piece.first, both, static_cast<float>((piece.ofEach() + other.ofEach()) * both)});
        }
    }
    return result;
}

bool isSortedAndDisjoint(const std::vector<WorkPiece> &pieces)
{
    return std::adjacent_find(pieces.begin(), pieces.end(),
               [](const WorkPiece &a, const WorkPiece &b) { return a.indices().end() > b.first; })
        == pieces.end();
}

std::vector<WorkPiece> piecesByIndex(const Timeline &timeline)
{
    std::vector<WorkPiece> pieces = allSpans(timeline);
    std::sort(pieces.begin(), pieces.end(),
        [](const WorkPiece &a, const WorkPiece &b) { return a.first < b.first; });
    return isSortedAndDisjoint(pieces) ? pieces : disjoint(std::move(pieces));
}

class Mean {
public:
    void add(double value)
    {
        m_sum += value;
        ++m_count;
    }
    /// What was measured; what is assumed where there were fewer cases.
    MeanCost orAssumed(MeanCost assumed, std::uint64_t leastCases = 1) const
    {
        return m_count < leastCases ? assumed
                                    : MeanCost{m_sum / static_cast<double>(m_count), m_count};
    }

private:
    double m_sum = 0;
    std::uint64_t m_count = 0;
};

/// An answer that came to the coordinator.
struct Answer {
    std::uint64_t sent = 0; ///< by its worker
    std::uint64_t came = 0; ///< when the coordinator took it up
    std::uint64_t chunks = 0;
};

double between(std::uint64_t from, std::uint64_t to)
{
    return static_cast<double>(to) - static_cast<double>(from);
}

/// Looks at the chunks of all workers for the occasions at which one cost shows by itself.
class CostReader {
public:
    void read(const WorkerRecord &worker);
    /// Those given are assumed.
    HandoverCosts costs(HandoverCosts costs);

private:
    void compare(const ChunkStations &before, const ChunkStations &next);
    void note(const ChunkStations &chunk);
    void measureAnswers();

    Mean m_outward;
    Mean m_inward;
    Mean m_turn;
    Mean m_gap;
    Mean m_answer;
    Mean m_chunk;
    std::vector<Answer> m_answers;
};

void CostReader::read(const WorkerRecord &worker)
{
    StationLog::Reader reader(worker.stations(), worker.lane());
    std::optional<ChunkStations> before;
    while (const auto chunk = reader.next()) {
        if (before)
            compare(*before, *chunk);
        note(*chunk);
        before = chunk;
    }
}

void CostReader::compare(const ChunkStations &before, const ChunkStations &next)
{
    const bool waited = next.received <= before.ended;
    const bool wasIdle = next.sent >= before.decoded && before.decoded >= before.ended;
    if (waited && next.begun >= before.ended)
        m_gap.add(between(before.ended, next.begun));
    if (!wasIdle || next.begun < next.sent)
        return;
    m_outward.add(between(next.sent, next.begun));
    m_inward.add(between(before.ended, before.decoded));
    m_turn.add(between(before.decoded, next.sent));
}

void CostReader::note(const ChunkStations &chunk)
{
    if (!m_answers.empty() && m_answers.back().came == chunk.decoded)
        ++m_answers.back().chunks;
    else
        m_answers.push_back({chunk.answered, chunk.decoded, 1});
}

/// Where an answer was waiting already when the coordinator took up another, the time to its own
/// turn is what the other one took. Of one that told of many chunks that is the chunks' cost, of
/// one that told of few the answer's.
void CostReader::measureAnswers()
{
    constexpr std::uint64_t many = 16;
    std::sort(m_answers.begin(), m_answers.end(),
        [](const Answer &a, const Answer &b) { return a.came < b.came; });
    for (std::size_t i = 1; i < m_answers.size(); ++i) {
        const Answer &before = m_answers[i - 1];
        if (m_answers[i].sent > before.came)
            continue;
        const double took = between(before.came, m_answers[i].came);
        if (before.chunks >= many)
            m_chunk.add(took / static_cast<double>(before.chunks));
        else
            m_answer.add(took);
    }
}

HandoverCosts CostReader::costs(HandoverCosts costs)
{
    constexpr std::uint64_t leastWays = 64;
    measureAnswers();
    costs.outward = m_outward.orAssumed(costs.outward, leastWays);
    costs.inward = m_inward.orAssumed(costs.inward, leastWays);
    costs.turn = m_turn.orAssumed(costs.turn, leastWays);
    costs.gap = m_gap.orAssumed(costs.gap);
    costs.answer = m_answer.orAssumed(costs.answer);
    costs.chunk = m_chunk.orAssumed(costs.chunk);
    return costs;
}

/// What is assumed of workers as these are. Python's sleep until a chunk comes.
HandoverCosts assumedCosts(const Timeline &timeline)
{
    HandoverCosts costs;
    if (timeline.workerCount() > 0 && timeline.worker(0).identity().runtime.starts_with("Python")) {
        costs.outward.nanoseconds = 45'000;
        costs.inward.nanoseconds = 45'000;
        costs.gap.nanoseconds = 1'000;
    }
    return costs;
}

/// How the pool came to its workers, those left out that joined later.
struct Start {
    std::vector<double> readyTimes; ///< counted from the first dispatch
    Mean betweenStarts; ///< one start and the next
};

Start startOf(const Timeline &timeline)
{
    const std::uint64_t begin = timeline.firstDispatch();
    std::vector<bool> isKnown(timeline.workerCount() + 1);
    std::optional<std::uint64_t> lastStart;
    Start start;
    for (std::size_t i = 0; i < timeline.marks().size(); ++i) {
        const Mark &mark = timeline.marks()[i];
        const bool isStarting = mark.kind == Mark::Kind::Starting;
        if (isStarting && mark.time > begin)
            break;
        if (isStarting && lastStart)
            start.betweenStarts.add(between(*lastStart, mark.time));
        if (isStarting)
            lastStart = mark.time;
        if (mark.kind == Mark::Kind::Ready && !isKnown[mark.worker]) {
            isKnown[mark.worker] = true;
            start.readyTimes.push_back(mark.time > begin ? between(begin, mark.time) : 0);
        }
    }
    std::sort(start.readyTimes.begin(), start.readyTimes.end());
    return start;
}

} // namespace

RecordedWork recordedWork(const Timeline &timeline)
{
    RecordedWork work;
    work.pieces = piecesByIndex(timeline);
    for (const WorkPiece &piece : work.pieces) {
        work.inputs += piece.count;
        work.total += piece.duration;
        work.longest = std::max(work.longest, piece.ofEach());
    }
    CostReader reader;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        reader.read(timeline.worker(i));
    work.costs = reader.costs(assumedCosts(timeline));
    const Start start = startOf(timeline);
    work.readyTimes = start.readyTimes;
    work.costs.start = start.betweenStarts.orAssumed(work.costs.start);
    return work;
}

RecordedWork longestFirst(RecordedWork work)
{
    std::stable_sort(work.pieces.begin(), work.pieces.end(),
        [](const WorkPiece &a, const WorkPiece &b) { return a.ofEach() > b.ofEach(); });
    return work;
}

} // namespace poolscope
