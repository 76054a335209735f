// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/piececodec.h"

#include "record/varint.h"
#include "runfile/runfileformat.h"

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

bool unpackSpans(std::string_view bytes, std::uint64_t count, std::uint64_t indices, Lane &lane)
{
    VarintReader reader(bytes);
    std::uint64_t time = 0;
    std::uint64_t index = 0;
    for (; count > 0 && reader.ok(); --count) {
        Span span;
        const std::uint64_t pause = reader.number();
        span.duration = reader.number();
        span.first = reader.difference(index);
        span.count = reader.number();
        const bool fits = pause <= runfile::latestTime - time
            && span.duration <= runfile::latestTime - time - pause && span.count > 0
            && span.count <= mostOf32 && span.first < indices && span.count <= indices - span.first;
        span.begin = time + pause;
        if (!fits || !reader.ok())
            return false;
        lane.append(span);
        time = span.begin + span.duration;
        index = span.first + span.count;
    }
    return reader.atEnd();
}

void packMark(std::string &out, const Mark &mark, std::uint64_t lastTime)
{
    VarintWriter writer(out);
    writer.number(static_cast<std::uint64_t>(mark.kind));
    writer.difference(mark.time, lastTime);
    writer.number(mark.value);
    writer.number(mark.worker);
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
        if (!reader.ok() || kind >= markKindCount || mark.time > runfile::latestTime
            || worker > maxWorkers)
            return false;
        mark.kind = static_cast<Mark::Kind>(kind);
        mark.worker = static_cast<WorkerId>(worker);
        marks.push_back(mark);
        time = mark.time;
    }
    return reader.atEnd();
}

void packWorker(std::string &out, const WorkerFigures &worker)
{
    VarintWriter writer(out);
    writer.number(worker.identity.pid);
    writer.text(worker.identity.host);
    writer.text(worker.identity.runtime);
    writer.number(static_cast<std::uint64_t>(worker.state));
    writer.number(worker.cpu);
    writer.number(worker.runQueue);
    writer.number(worker.maxRss);
    writer.number(worker.starts);
    writer.number(worker.setUpCpu);
    writer.number(worker.setUpRunQueue);
    writer.number(worker.threads);
    writer.number(worker.threadRunQueue);
    writer.number(worker.openSpan.begin);
    writer.number(worker.openSpan.first);
    writer.number(worker.openSpan.count);
    writer.number(worker.decoding);
    writer.number(worker.loading.cost.duration);
    writer.number(worker.loading.cost.cpu);
    writer.number(worker.loading.cost.memory);
    writer.number(worker.loading.isShared ? 1 : 0);
}

bool unpackWorker(std::string_view bytes, WorkerFigures &worker)
{
    VarintReader reader(bytes);
    const std::uint64_t pid = reader.number();
    worker.identity.host = reader.text();
    worker.identity.runtime = reader.text();
    const std::uint64_t state = reader.number();
    worker.cpu = reader.number();
    worker.runQueue = reader.number();
    worker.maxRss = reader.number();
    const std::uint64_t starts = reader.number();
    worker.setUpCpu = reader.number();
    worker.setUpRunQueue = reader.number();
    const std::uint64_t threads = reader.number();
    worker.threadRunQueue = reader.number();
    worker.openSpan.begin = reader.number();
    worker.openSpan.first = reader.number();
    worker.openSpan.count = reader.number();
    worker.decoding = reader.number();
    worker.loading.cost.duration = reader.number();
    worker.loading.cost.cpu = reader.number();
    worker.loading.cost.memory = reader.number();
    worker.loading.isShared = reader.number() == 1;
    if (!reader.atEnd() || threads > mostOf32 || pid > mostOf32 || starts > mostOf32
        || state > static_cast<std::uint64_t>(WorkerState::Gone))
        return false;
    worker.identity.pid = static_cast<std::uint32_t>(pid);
    worker.state = static_cast<WorkerState>(state);
    worker.starts = static_cast<std::uint32_t>(starts);
    worker.threads = static_cast<std::uint32_t>(threads);
    return true;
}

void packLogEntry(std::string &out, const LogEntry &entry)
{
    VarintWriter writer(out);
    writer.number(entry.time);
    writer.number(entry.worker);
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
        if (!reader.ok() || entry.time > runfile::latestTime || worker > maxWorkers || printed > 1)
            return false;
        entry.worker = static_cast<WorkerId>(worker);
        entry.printed = printed == 1;
        entries.push_back(std::move(entry));
    }
    return reader.atEnd();
}

} // namespace poolscope
