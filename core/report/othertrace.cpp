// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/othertrace.h"

#include <algorithm>
#include <charconv>

namespace poolscope {

namespace {

Result<std::int64_t> timeOf(const TraceMembers &members, const char *name)
{
    const TraceScalar *found = members.find(name);
    const auto time = found ? found->time() : std::nullopt;
    if (!found)
        return failure("an event has no '" + std::string(name) + "'");
    if (!time)
        return failure(
            "'" + std::string(name) + "' is no time in microseconds: " + found->text.substr(0, 40));
    return *time;
}

std::uint32_t numberOf(const std::string &text)
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

/// Unsigned, so that no hostile time overflows.
std::int64_t endOf(std::int64_t begin, std::uint64_t duration)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(begin) + duration);
}

std::string counted(std::uint64_t count, const char *one, const char *more)
{
    return std::to_string(count) + " " + (count == 1 ? one : more);
}

} // namespace

Result<void> OtherTrace::take(const TraceEvent &event)
{
    switch (event.phase()) {
    case 'X':
        return takeComplete(event);
    case 'B':
        return takeBegin(event);
    case 'E':
        return takeEnd(event);
    case 'M':
        return takeMetadata(event);
    default:
        ++m_otherEvents;
        return {};
    }
}

Result<std::size_t> OtherTrace::threadOf(const TraceMembers &members)
{
    std::string key = members.text("pid");
    key += '\0';
    key += members.text("tid");
    const auto [found, isNew] = m_threadNumbers.try_emplace(std::move(key), m_threads.size());
    if (isNew && m_threads.size() >= mostImportedWorkers)
        return failure("it has more than " + std::to_string(mostImportedWorkers)
            + " threads, which is more than can be shown");
    if (isNew) {
        Thread &thread = m_threads.emplace_back();
        thread.pid = members.text("pid");
        thread.tid = members.text("tid");
    }
    return found->second;
}

std::uint32_t OtherTrace::nameOf(const TraceMembers &members)
{
    const auto number = static_cast<std::uint32_t>(m_names.size());
    const auto [found, isNew] = m_nameNumbers.try_emplace(members.text("name"), number);
    if (isNew)
        m_names.push_back(&found->first);
    return found->second;
}

void OtherTrace::add(const Slice &slice)
{
    m_slices.push_back(slice);
    m_latest = std::max(m_latest, endOf(slice.begin, slice.duration));
}

Result<void> OtherTrace::takeComplete(const TraceEvent &event)
{
    const auto thread = threadOf(event.members);
    const auto begin = timeOf(event.members, "ts");
    const auto duration =
        event.members.find("dur") ? timeOf(event.members, "dur") : Result<std::int64_t>(0);
    if (!thread)
        return tl::unexpected(thread.error());
    if (!begin || !duration)
        return tl::unexpected((begin ? duration : begin).error());
    std::int64_t end = 0;
    if (*duration < 0 || __builtin_add_overflow(*begin, *duration, &end))
        return failure("'dur' is no duration in microseconds: " + event.members.text("dur"));
    add({*thread, *begin, static_cast<std::uint64_t>(*duration), nameOf(event.members)});
    return {};
}

Result<void> OtherTrace::takeBegin(const TraceEvent &event)
{
    const auto number = threadOf(event.members);
    const auto begin = timeOf(event.members, "ts");
    if (!number)
        return tl::unexpected(number.error());
    if (!begin)
        return tl::unexpected(begin.error());
    Thread &thread = m_threads[*number];
    m_latest = std::max(m_latest, *begin);
    if (thread.depth++ > 0) {
        ++m_nested;
        return {};
    }
    thread.begun = *begin;
    thread.begunName = nameOf(event.members);
    return {};
}

Result<void> OtherTrace::takeEnd(const TraceEvent &event)
{
    const auto number = threadOf(event.members);
    const auto end = timeOf(event.members, "ts");
    if (!number)
        return tl::unexpected(number.error());
    if (!end)
        return tl::unexpected(end.error());
    Thread &thread = m_threads[*number];
    if (thread.depth == 0) {
        ++m_unbegun; // before the trace
        return {};
    }
    if (--thread.depth > 0)
        return {};
    std::int64_t duration = 0;
    if (*end < thread.begun || __builtin_sub_overflow(*end, thread.begun, &duration))
        return failure("an event ends before it begins");
    add({*number, thread.begun, static_cast<std::uint64_t>(duration), thread.begunName});
    return {};
}

Result<void> OtherTrace::takeMetadata(const TraceEvent &event)
{
    if (event.members.text("name") != "thread_name")
        return {};
    return threadOf(event.members).map([&](std::size_t thread) {
        m_threads[thread].name = event.arguments.text("name");
    });
}

/// What has not ended goes on to the end of the trace, as viewers show it.
void OtherTrace::endOpenSlices()
{
    for (std::size_t i = 0; i < m_threads.size(); ++i) {
        const Thread &thread = m_threads[i];
        if (thread.depth == 0)
            continue;
        ++m_unfinished;
        const auto duration =
            static_cast<std::uint64_t>(m_latest) - static_cast<std::uint64_t>(thread.begun);
        m_slices.push_back({i, thread.begun, duration, thread.begunName});
    }
}

/// Leaves what a thread did one after the other, in the order of threads and times.
void OtherTrace::keepOutermost()
{
    std::sort(m_slices.begin(), m_slices.end(), [](const Slice &a, const Slice &b) {
        if (a.thread != b.thread)
            return a.thread < b.thread;
        return a.begin != b.begin ? a.begin < b.begin : a.duration > b.duration;
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < m_slices.size(); ++i) {
        Slice slice = m_slices[i];
        const std::int64_t end = endOf(slice.begin, slice.duration);
        const bool follows = kept > 0 && m_slices[kept - 1].thread == slice.thread;
        const std::int64_t free =
            follows ? endOf(m_slices[kept - 1].begin, m_slices[kept - 1].duration) : slice.begin;
        if (slice.begin < free && end <= free) {
            ++m_nested;
            continue;
        }
        if (slice.begin < free) {
            ++m_cut;
            slice.duration = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(free);
            slice.begin = free;
        }
        m_slices[kept++] = slice;
    }
    m_slices.resize(kept);
}

ImportedRun OtherTrace::toRun()
{
    ImportedRun run;
    std::vector<WorkerId> workers(m_threads.size());
    std::int64_t first = INT64_MAX;
    for (const Slice &slice : m_slices) {
        first = std::min(first, slice.begin);
        if (workers[slice.thread] > 0)
            continue;
        const Thread &thread = m_threads[slice.thread];
        ImportedWorker worker;
        worker.identity.pid = numberOf(thread.pid);
        worker.identity.runtime = thread.name.empty() ? "thread " + thread.tid : thread.name;
        run.workers.push_back(std::move(worker));
        workers[slice.thread] = static_cast<WorkerId>(run.workers.size());
    }
    std::sort(m_slices.begin(), m_slices.end(), [](const Slice &a, const Slice &b) {
        return a.begin != b.begin ? a.begin < b.begin : a.thread < b.thread;
    });
    run.inputCount = m_slices.size();
    run.spans.reserve(m_slices.size());
    run.inputs.reserve(m_slices.size());
    for (const Slice &slice : m_slices) {
        constexpr std::uint64_t start = 1; // 0 stands for "not yet"
        const std::uint64_t begin =
            static_cast<std::uint64_t>(slice.begin) - static_cast<std::uint64_t>(first) + start;
        run.spans.push_back({workers[slice.thread], {begin, slice.duration, run.spans.size(), 1}});
        run.inputs.push_back(*m_names[slice.name]);
    }
    run.spec.pool.workers = static_cast<std::uint32_t>(run.workers.size());
    return run;
}

Result<ImportedRun> OtherTrace::finish()
{
    endOpenSlices();
    if (m_slices.empty())
        return failure(
            "it has no events of a duration (\"ph\": \"X\", or \"B\" and \"E\"), so there "
            "is nothing to show");
    keepOutermost();
    ImportedRun run = toRun();
    const auto note = [&run](std::uint64_t count, const char *one, const char *more) {
        if (count > 0)
            run.notes.push_back(counted(count, one, more));
    };
    note(m_nested, "event lies within another, and is part of it",
        "events lie within others, and are part of them");
    note(m_cut, "event overlaps the one before on its thread, and is cut to what follows that",
        "events overlap those before on their threads, and are cut to what follows these");
    note(m_unfinished, "event does not end, and goes on to the end of the trace",
        "events do not end, and go on to the end of the trace");
    note(m_unbegun, "end belongs to no event, and is left out",
        "ends belong to no event, and are left out");
    note(m_otherEvents, "event has no duration, and is left out",
        "events have no duration, and are left out");
    return run;
}

} // namespace poolscope
