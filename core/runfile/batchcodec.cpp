// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/batchcodec.h"

#include "events/eventcheck.h"
#include "spec/runspec.h"

#include <limits>

namespace poolscope {

namespace {

constexpr std::uint64_t mostOf32 = std::numeric_limits<std::uint32_t>::max();

} // namespace

void packSpans(std::string &out, const Lane &lane, std::size_t from, std::size_t to)
{
    VarintWriter writer(out);
    std::uint64_t time = 0;
    std::uint64_t index = 0;
    lane.forEach(from, to, [&](const Span &span) {
        writer.number(span.begin - time);
        writer.number(span.duration);
        writer.difference(span.first, index);
        writer.number(span.count);
        time = span.begin + span.duration;
        index = span.first + span.count;
    });
}

bool SpanUnpacker::next(Span &span)
{
    if (m_left == 0)
        return false;
    const std::uint64_t pause = m_reader.number();
    span.duration = m_reader.number();
    span.first = m_reader.difference(m_index);
    span.count = m_reader.number();
    if (!m_reader.ok() || pause > latestEventTime || span.duration > latestEventTime)
        return false;
    span.begin = m_time + pause;
    m_time = span.begin + span.duration;
    m_index = span.first + span.count;
    if (m_time > latestEventTime)
        return false;
    --m_left;
    return true;
}

void packMark(std::string &out, const Mark &mark, std::uint64_t lastTime)
{
    VarintWriter writer(out);
    writer.number(static_cast<std::uint64_t>(mark.kind));
    writer.difference(mark.time, lastTime);
    writer.number(mark.value);
    writer.number(numberOf(mark.worker));
}

bool unpackMarks(std::string_view bytes, std::uint64_t count, std::vector<Mark> &marks)
{
    VarintReader reader(bytes);
    std::uint64_t time = 0;
    for (; count > 0 && reader.ok(); --count) {
        const std::uint64_t kind = reader.number();
        Mark mark;
        mark.time = reader.difference(time);
        mark.value = reader.number();
        const std::uint64_t worker = reader.number();
        if (!reader.ok() || kind >= markKindCount || mark.time > latestEventTime
            || worker > maxWorkers)
            return false;
        mark.kind = static_cast<Mark::Kind>(kind);
        mark.worker = WorkerId{static_cast<std::uint32_t>(worker)};
        marks.push_back(mark);
        time = mark.time;
    }
    return reader.atEnd();
}

void packFailure(std::string &out, std::uint64_t index, std::string_view encoded)
{
    VarintWriter writer(out);
    writer.number(index);
    writer.text(encoded);
}

bool unpackFailures(std::string_view bytes, std::uint64_t count,
    const std::function<void(std::uint64_t, std::string_view)> &visit)
{
    VarintReader reader(bytes);
    for (; count > 0 && reader.ok(); --count) {
        const std::uint64_t index = reader.number();
        const std::string_view outcome = reader.text();
        if (reader.ok())
            visit(index, outcome);
    }
    return reader.atEnd();
}

void packWorker(std::string &out, const WorkerFigures &worker)
{
    VarintWriter writer(out);
    writer.number(worker.identity.pid);
    writer.text(worker.identity.host);
    writer.text(worker.identity.runtime);
    writer.number(worker.openSpan.begin);
    writer.number(worker.openSpan.first);
    writer.number(worker.openSpan.count);
    const WorkerCost &cost = worker.cost;
    writer.number(cost.cpu);
    writer.number(cost.runQueue);
    writer.number(cost.maxRss);
    writer.number(cost.decoding);
    writer.number(cost.setUpCpu);
    writer.number(cost.setUpRunQueue);
    writer.number(cost.threads);
    writer.number(cost.threadRunQueue);
    writer.number(cost.loading.cost.duration);
    writer.number(cost.loading.cost.cpu);
    writer.number(cost.loading.cost.memory);
    writer.number(cost.loading.isShared ? 1 : 0);
}

bool unpackWorker(std::string_view bytes, WorkerFigures &worker)
{
    VarintReader reader(bytes);
    const std::uint64_t pid = reader.number();
    worker.identity.host = reader.text();
    worker.identity.runtime = reader.text();
    worker.openSpan.begin = reader.number();
    worker.openSpan.first = reader.number();
    worker.openSpan.count = reader.number();
    WorkerCost &cost = worker.cost;
    cost.cpu = reader.number();
    cost.runQueue = reader.number();
    cost.maxRss = reader.number();
    cost.decoding = reader.number();
    cost.setUpCpu = reader.number();
    cost.setUpRunQueue = reader.number();
    const std::uint64_t threads = reader.number();
    cost.threadRunQueue = reader.number();
    cost.loading.cost.duration = reader.number();
    cost.loading.cost.cpu = reader.number();
    cost.loading.cost.memory = reader.number();
    cost.loading.isShared = reader.number() == 1;
    if (!reader.atEnd() || threads > mostOf32 || pid > mostOf32)
        return false;
    worker.identity.pid = static_cast<std::uint32_t>(pid);
    cost.threads = static_cast<std::uint32_t>(threads);
    return true;
}

void packLogEntry(std::string &out, const LogEntry &entry)
{
    VarintWriter writer(out);
    writer.number(entry.time);
    writer.number(numberOf(entry.worker));
    writer.number(entry.running.first);
    writer.number(entry.running.count);
    writer.number(entry.printed ? 1 : 0);
    writer.text(entry.text);
}

bool unpackLog(std::string_view bytes, std::uint64_t count, std::vector<LogEntry> &entries)
{
    VarintReader reader(bytes);
    for (; count > 0 && reader.ok(); --count) {
        LogEntry entry;
        entry.time = reader.number();
        const std::uint64_t worker = reader.number();
        entry.running.first = reader.number();
        entry.running.count = reader.number();
        const std::uint64_t printed = reader.number();
        entry.text = reader.text();
        if (!reader.ok() || entry.time > latestEventTime || worker > maxWorkers || printed > 1)
            return false;
        entry.worker = WorkerId{static_cast<std::uint32_t>(worker)};
        entry.printed = printed == 1;
        entries.push_back(std::move(entry));
    }
    return reader.atEnd();
}

} // namespace poolscope
