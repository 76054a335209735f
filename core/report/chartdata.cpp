// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/chartdata.h"

#include "analysis/accounting.h"
#include "analysis/completionorder.h"
#include "analysis/iterationcolumns.h"
#include "analysis/latency.h"
#include "system/atomicfile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace poolscope {

namespace {

constexpr std::array<std::string_view, chartKindCount> names{
    "workers", "completion", "rate", "accounting", "latency", "whatif"};
constexpr std::size_t spansBetweenQuestions = 100'000;

/// Appends nanoseconds as seconds, exactly: "1.000000250".
void appendSeconds(std::string &out, std::uint64_t nanoseconds)
{
    const std::string fraction = std::to_string(nanoseconds % 1'000'000'000);
    out += std::to_string(nanoseconds / 1'000'000'000) + "." + std::string(9 - fraction.size(), '0')
        + fraction;
}

void appendNumber(std::string &out, double value)
{
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

/// A file that is abandoned at the first error or when the caller cancels.
class DataFile {
public:
    DataFile(AtomicFile &file, const ShouldContinue &shouldContinue)
        : m_file(file)
        , m_goOn(shouldContinue)
    {
    }

    bool ok() const { return m_result.has_value(); }
    void write(std::string_view line)
    {
        if (!ok())
            return;
        m_result = m_file.append(line);
        if (++m_lines % spansBetweenQuestions == 0)
            shouldContinue();
    }
    /// Returns whether to continue. The file fails if the caller cancels.
    bool shouldContinue()
    {
        if (ok() && m_goOn && !m_goOn())
            m_result = failure("cancelled");
        return ok();
    }
    Result<void> finish() { return ok() ? m_file.commit() : m_result; }

private:
    AtomicFile &m_file;
    const ShouldContinue &m_goOn;
    Result<void> m_result;
    std::size_t m_lines = 0;
};

void writeSpans(const Timeline &timeline, DataFile &file)
{
    file.write("worker,begin_s,duration_s,first_index,count\n");
    std::string line;
    for (std::size_t i = 0; i < timeline.workerCount() && file.ok(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        const std::size_t size = worker.lane().size();
        for (std::size_t from = 0; from < size && file.ok(); from += spansBetweenQuestions) {
            const std::size_t to = std::min(from + spansBetweenQuestions, size);
            worker.lane().forEach(from, to, [&](const Span &span) {
                line = std::to_string(numberOf(worker.id())) + ",";
                appendSeconds(line, span.begin);
                line += ",";
                appendSeconds(line, span.duration);
                line += "," + std::to_string(span.first) + "," + std::to_string(span.count) + "\n";
                file.write(line);
            });
        }
    }
}

void writeCompletion(const Timeline &timeline, DataFile &file)
{
    file.write("rank,index,worker,finished_s\n");
    CompletionOrder order(timeline);
    constexpr std::uint64_t allSoFar = UINT64_MAX;
    while (file.shouldContinue() && !order.advance(allSoFar, spansBetweenQuestions)) { }
    std::string line;
    constexpr std::uint64_t step = 100'000;
    for (std::uint64_t from = 0; from < order.ranked() && file.ok(); from += step) {
        const std::uint64_t to = std::min(from + step, order.ranked());
        order.forEach(from, to, [&](const CompletionOrder::RankedRange &range) {
            const std::uint64_t end = range.rank + range.indices.count;
            for (std::uint64_t rank = std::max(range.rank, from); rank < std::min(end, to);
                 ++rank) {
                line = std::to_string(rank) + ","
                    + std::to_string(range.indices.first + rank - range.rank) + ","
                    + std::to_string(numberOf(range.worker)) + ",";
                appendSeconds(line, range.time);
                line += "\n";
                file.write(line);
            }
        });
    }
}

std::uint64_t endOf(const Timeline &timeline)
{
    std::uint64_t end = 1;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const Lane &lane = timeline.worker(i).lane();
        if (const std::size_t size = lane.size(); size > 0) {
            const Span last = lane.span(size - 1);
            // A span too short for the clock counts in the nanosecond in which it began.
            end = std::max(end, last.begin + std::max<std::uint64_t>(last.duration, 1));
        }
    }
    return end;
}

void writeRate(const Timeline &timeline, DataFile &file)
{
    constexpr double mostLines = 1000;
    const std::size_t workers = timeline.workerCount();
    const std::uint64_t end = endOf(timeline);
    const TimeGrid grid = gridFor(static_cast<double>(end) / mostLines);
    const ColumnRange columns{0, grid.columnAt(end - 1) + 1};
    std::string line = "begin_s,duration_s,pool";
    std::vector<std::vector<double>> counts;
    for (std::size_t i = 0; i < workers; ++i) {
        line += ",worker_" + std::to_string(i + 1);
        IterationColumns iterations(timeline.worker(i).lane());
        iterations.advance(SIZE_MAX);
        counts.push_back(iterations.counts(grid, columns));
    }
    file.write(line + "\n");
    for (std::uint64_t column = 0; column < columns.count && file.ok(); ++column) {
        double pool = 0;
        for (const auto &worker : counts)
            pool += worker[column];
        line.clear();
        appendSeconds(line, grid.beginOf(column));
        line += ",";
        appendSeconds(line, grid.width());
        line += ",";
        appendNumber(line, pool);
        for (const auto &worker : counts) {
            line += ",";
            appendNumber(line, worker[column]);
        }
        file.write(line + "\n");
    }
}

void writeTimes(WorkerId worker, const CauseTimes &times, DataFile &file)
{
    for (std::size_t i = 0; i < causeCount; ++i) {
        const auto cause = static_cast<Cause>(i);
        std::string line =
            std::to_string(numberOf(worker)) + "," + std::string(causeName(cause)) + ",";
        appendSeconds(line, times[cause]);
        file.write(line + "\n");
    }
}

void writeAccounting(const RunRecord &record, DataFile &file)
{
    file.write("worker,cause,time_s\n");
    const Accounting accounting =
        accountingOf(record.timeline, conditionsOf(record, record.machine.cores));
    writeTimes(noWorker, accounting.times, file);
    for (const WorkerAccounting &worker : accounting.workers)
        writeTimes(worker.id, worker.times, file);
}

void writeDurations(WorkerId worker, const DurationHistogram &durations, DataFile &file)
{
    constexpr double second = 1e9;
    for (const DurationHistogram::Bar &bar : durations.bars(DurationHistogram::binsOfDoubling)) {
        if (bar.iterations == 0)
            continue;
        std::string line = std::to_string(numberOf(worker)) + ",";
        appendNumber(line, bar.range.from / second);
        line += ",";
        appendNumber(line, bar.range.to / second);
        file.write(line + "," + std::to_string(bar.iterations) + "\n");
    }
}

void writeLatency(const Timeline &timeline, DataFile &file)
{
    file.write("worker,from_s,to_s,iterations\n");
    Latency latency(timeline);
    while (file.shouldContinue() && !latency.advance(spansBetweenQuestions)) { }
    writeDurations(noWorker, latency.all(), file);
    for (std::size_t i = 0; i < latency.workerCount(); ++i)
        writeDurations(timeline.worker(i).id(), latency.worker(i), file);
}

void writeCurve(const std::vector<CurvePoint> &curve, DataFile &file)
{
    constexpr double second = 1e9;
    file.write("workers,makespan_s,lower_bound_s,start_up_s,shortest_s,longest_s\n");
    for (const CurvePoint &point : curve) {
        std::string line = std::to_string(point.workers) + ",";
        appendNumber(line, point.makespan / second);
        line += ",";
        appendNumber(line, point.lowerBound / second);
        line += ",";
        appendNumber(line, point.startUp / second);
        for (const double bound : {point.range.shortest, point.range.longest}) {
            line += ",";
            if (point.range.isKnown())
                appendNumber(line, bound / second);
        }
        file.write(line + "\n");
    }
}

void writeWhatIf(const RunRecord &record, DataFile &file)
{
    const ReplayableRun run = replayableRun(record);
    ReplaySetting setting;
    const PoolSpec pool = poolOf(record.origin);
    setting.chunks.chunk = pool.chunk;
    setting.chunks.window = pool.window;
    std::stop_source enough;
    std::vector<CurvePoint> curve;
    const auto keep = [&](const CurvePoint &point) {
        insertPoint(curve, point);
        if (!file.shouldContinue())
            enough.request_stop();
    };
    if (run.hasWork())
        replayCurve(run, setting, {}, keep, enough.get_token());
    writeCurve(curve, file);
}

} // namespace

std::string_view chartName(ChartKind kind)
{
    return names[static_cast<std::size_t>(kind)];
}

std::optional<ChartKind> chartCalled(std::string_view name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        return std::nullopt;
    return static_cast<ChartKind>(found - names.begin());
}

Result<void> writeChartData(ChartKind kind, const RunRecord &record,
    const std::filesystem::path &path, const ShouldContinue &shouldContinue)
{
    auto opened = AtomicFile::open(path);
    if (!opened)
        return tl::unexpected(opened.error());
    DataFile file(**opened, shouldContinue);
    switch (kind) {
    case ChartKind::Workers:
        writeSpans(record.timeline, file);
        break;
    case ChartKind::Completion:
        writeCompletion(record.timeline, file);
        break;
    case ChartKind::Rate:
        writeRate(record.timeline, file);
        break;
    case ChartKind::Accounting:
        writeAccounting(record, file);
        break;
    case ChartKind::Latency:
        writeLatency(record.timeline, file);
        break;
    case ChartKind::WhatIf:
        writeWhatIf(record, file);
        break;
    }
    return file.finish();
}

Result<void> writeCurveData(const std::vector<CurvePoint> &curve, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue)
{
    auto opened = AtomicFile::open(path);
    if (!opened)
        return tl::unexpected(opened.error());
    DataFile file(**opened, shouldContinue);
    writeCurve(curve, file);
    return file.finish();
}

} // namespace poolscope
