// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/recordwriter.h"

#include "runfile/batchcodec.h"
#include "runfile/outcomebatches.h"

#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

constexpr std::size_t spansAtOnce = 100'000;
constexpr std::size_t batchBytes = 1U << 20;

/// The settled indices of all snapshots, sorted, with adjacent ranges joined.
std::vector<IndexRange> settledIn(const std::vector<RecordSnapshot> &group)
{
    std::vector<IndexRange> ranges;
    for (const RecordSnapshot &snapshot : group)
        ranges.insert(ranges.end(), snapshot.settled.begin(), snapshot.settled.end());
    std::sort(ranges.begin(), ranges.end(),
        [](const IndexRange &a, const IndexRange &b) { return a.first < b.first; });
    std::vector<IndexRange> joined;
    for (const IndexRange &range : ranges)
        append(joined, range);
    return joined;
}

} // namespace

RecordWriter::RecordWriter(RunFile &file, const RunRecord &record, RecordPositions written)
    : m_file(file)
    , m_record(record)
    , m_written(std::move(written))
{
}

Result<void> RecordWriter::write(const std::vector<RecordSnapshot> &snapshots)
{
    const RecordSnapshot &last = snapshots.back();
    RecordPositions reached = last.reached;
    if (last.progress.state == RunState::Running)
        leaveOutCost(reached);
    return m_file.begin()
        .and_then([&] { return writeFailures(reached.marks); })
        .and_then([&] { return writeWorkers(reached); })
        .and_then([&] { return writeMarks(reached.marks); })
        .and_then([&] { return writeOutcomes(settledIn(snapshots)); })
        .and_then([&] { return writeLog(reached.logLines); })
        .and_then([&] { return m_file.commit(last.progress); })
        .map([&] { m_written = reached; });
}

/// Omits new costs of workers that have ended no span since the last write. Otherwise an iteration
/// of hours would fill the file with its cost so far.
void RecordWriter::leaveOutCost(RecordPositions &reached) const
{
    for (std::size_t i = 0; i < m_written.workers.size(); ++i) {
        const RecordPositions::Worker &written = m_written.workers[i];
        RecordPositions::Worker &worker = reached.workers[i];
        if (worker.spans != written.spans)
            continue;
        WorkerCost cost = written.figures.cost;
        cost.setUpCpu = worker.figures.cost.setUpCpu;
        cost.setUpRunQueue = worker.figures.cost.setUpRunQueue;
        cost.loading = worker.figures.cost.loading;
        worker.figures.cost = cost;
    }
}

/// Writes the failures of the next marks. Omits inputs that were reopened since then, even during
/// the copy.
Result<void> RecordWriter::writeFailures(std::size_t marksReached)
{
    const AppendLog<Mark> &marks = m_record.timeline.marks();
    std::string bytes;
    std::uint64_t count = 0;
    const auto flush = [&] {
        const RecordBatch batch{
            0, BatchKind::Failures, noWorker, 0, std::exchange(count, 0), bytes};
        auto added = batch.count > 0 ? m_file.add(batch) : Result<void>();
        bytes.clear();
        return added;
    };
    for (std::size_t i = m_written.marks; i < marksReached; ++i) {
        if (!isFailure(marks[i]))
            continue;
        std::string encoded;
        const auto copied = m_record.outcomes->copyEncoded(marks[i].value, encoded);
        if (!m_record.outcomes->isFailure(marks[i].value))
            continue;
        if (!copied)
            return copied;
        packFailure(bytes, marks[i].value, encoded);
        ++count;
        if (bytes.size() < batchBytes)
            continue;
        if (auto added = flush(); !added)
            return added;
    }
    return flush();
}

Result<void> RecordWriter::writeOutcomes(const std::vector<IndexRange> &settled)
{
    for (const IndexRange &range : settled) {
        if (auto written = writeOutcomeBatches(m_file, *m_record.outcomes, range); !written)
            return written;
    }
    return {};
}

Result<void> RecordWriter::writeWorkers(const RecordPositions &reached)
{
    Result<void> written;
    m_written.workers.resize(reached.workers.size());
    for (std::size_t i = 0; i < reached.workers.size() && written; ++i) {
        const auto worker = workerOf(i);
        const RecordPositions::Worker &now = reached.workers[i];
        if (now.figures != m_written.workers[i].figures) {
            std::string bytes;
            packWorker(bytes, now.figures);
            written = m_file.add({0, BatchKind::Worker, worker, 0, 0, bytes});
        }
        written =
            std::move(written).and_then([&] { return writeSpans(worker, now); }).and_then([&] {
                return writeChunkTimes(worker, now);
            });
    }
    return written;
}

Result<void> RecordWriter::writeSpans(WorkerId worker, const RecordPositions::Worker &reached)
{
    const Lane &lane = m_record.timeline.worker(worker).lane();
    for (std::size_t from = m_written.workers[laneOf(worker)].spans; from < reached.spans;) {
        const std::size_t to = std::min(from + spansAtOnce, reached.spans);
        std::string bytes;
        packSpans(bytes, lane, from, to);
        if (auto added = m_file.add({0, BatchKind::Spans, worker, 0, to - from, bytes}); !added)
            return added;
        from = to;
    }
    return {};
}

Result<void> RecordWriter::writeChunkTimes(WorkerId worker, const RecordPositions::Worker &reached)
{
    const ChunkTimeLog &chunkTimes = m_record.timeline.worker(worker).chunkTimes();
    for (std::size_t from = m_written.workers[laneOf(worker)].chunkTimeBytes;
         from < reached.chunkTimeBytes;) {
        const std::size_t to = std::min(from + batchBytes, reached.chunkTimeBytes);
        const std::string bytes = chunkTimes.packed(from, to);
        if (auto added = m_file.add({0, BatchKind::ChunkTimes, worker, 0, 0, bytes}); !added)
            return added;
        from = to;
    }
    return {};
}

Result<void> RecordWriter::writeMarks(std::size_t reached)
{
    const AppendLog<Mark> &marks = m_record.timeline.marks();
    for (std::size_t from = m_written.marks; from < reached;) {
        std::string bytes;
        std::uint64_t time = 0;
        std::size_t to = from;
        for (; to < reached && bytes.size() < batchBytes; ++to) {
            packMark(bytes, marks[to], time);
            time = marks[to].time;
        }
        if (auto added = m_file.add({0, BatchKind::Marks, noWorker, 0, to - from, bytes}); !added)
            return added;
        from = to;
    }
    return {};
}

/// Writes lines up to `reached`, which is set to the end of those that were written. If all of them
/// have been dropped, a later call reports how many are missing.
Result<void> RecordWriter::writeLog(std::uint64_t &reached)
{
    constexpr std::size_t linesAtOnce = 64; // of at most 64 KiB each
    std::uint64_t from = m_written.logLines;
    for (RunLog::Page page; from < reached; from = page.next()) {
        page = m_record.log.entries(from, reached, linesAtOnce);
        if (page.entries.empty())
            break;
        std::string bytes;
        std::size_t lines = page.entries.size();
        if (page.first > from) {
            packLogEntry(bytes, droppedLines(page.first - from, *page.entries.front()));
            ++lines;
        }
        for (const LogLine &line : page.entries)
            packLogEntry(bytes, *line);
        if (auto added = m_file.add({0, BatchKind::Log, noWorker, 0, lines, bytes}); !added)
            return added;
    }
    reached = from;
    return {};
}

} // namespace poolscope
