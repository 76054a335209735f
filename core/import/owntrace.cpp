// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/owntrace.h"

#include "import/tracewords.h"
#include "runfile/specjson.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

/// The member, or a failure that names what it should be.
template <typename T>
Result<T> needed(const std::optional<T> &value, const char *name, const char *what)
{
    if (!value)
        return failure("'" + std::string(name) + "' is no " + what);
    return *value;
}

Result<std::uint64_t> countOf(const TraceMembers &members, const char *name)
{
    return needed(members.count(name), name, "count");
}

Result<std::uint64_t> neededTime(const TraceMembers &members, const char *name)
{
    return needed(members.time(name), name, "time in microseconds from 0 on");
}

/// 0 where it is not told.
std::uint32_t smallCountOf(const TraceMembers &members, const char *name)
{
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(members.count(name).value_or(0), UINT32_MAX));
}

} // namespace

bool OwnTrace::isOne(const TraceMembers &facts)
{
    return facts.find(trace::versionKey) != nullptr;
}

Result<void> OwnTrace::takeFacts(const TraceMembers &facts)
{
    if (facts.count(trace::versionKey) != trace::version)
        return failure("it is a trace of another version of Poolscope ("
            + facts.text(trace::versionKey) + "); this one knows version "
            + std::to_string(trace::version));
    const auto inputs = countOf(facts, "inputs");
    if (!inputs)
        return tl::unexpected(inputs.error());
    m_run.inputCount = *inputs;
    m_run.areInputsComplete = facts.count("inputs_complete").value_or(1) != 0;
    m_run.firstDispatch = facts.time("first_dispatch").value_or(0);
    m_run.lastOutcome = facts.time("last_outcome").value_or(0);
    m_run.cores = smallCountOf(facts, "cores");
    m_run.coordinator.cpu = facts.time("coordinator_cpu").value_or(0);
    m_run.coordinator.busy = facts.time("coordinator_busy").value_or(0);
    m_run.coordinator.throttled = facts.time("coordinator_throttled").value_or(0);
    m_run.source = facts.text("source");
    for (std::size_t i = 0; i < importNoteCount; ++i) {
        const auto note = static_cast<ImportNote>(i);
        m_run.importNotes.add(note, facts.count(trace::noteKey(note)).value_or(0));
    }
    if (!m_run.source.empty())
        return {};
    constexpr bool throws = false;
    const auto json = nlohmann::json::parse(facts.text("spec"), nullptr, throws);
    const auto spec = specFromJson(json);
    if (!spec)
        return failure("its settings cannot be read: " + spec.error().message);
    m_run.spec = *spec;
    return {};
}

void OwnTrace::take(const TraceEvent &event)
{
    if (!tryToTake(event))
        m_run.importNotes.add(ImportNote::UnreadableEvents);
}

Result<void> OwnTrace::tryToTake(const TraceEvent &event)
{
    const char phase = event.phase();
    const std::string category = event.members.text("cat");
    if (phase == 'M' && event.members.text("name") == trace::workerName)
        return takeWorker(event);
    if (phase == 'X' && category == trace::spanCategory)
        return takeSpan(event);
    if (phase == 'X' && category == trace::chunkCategory
        && event.members.text("name") == trace::sentName)
        return takeChunk(event);
    if (phase == 'i' && category == trace::markCategory)
        return takeMark(event);
    return {};
}

Result<WorkerId> OwnTrace::workerOf(const TraceMembers &members, const char *name)
{
    const auto id = countOf(members, name);
    if (!id)
        return tl::unexpected(id.error());
    if (*id > mostImportedWorkers)
        return failure("it names worker " + std::to_string(*id) + "; at most "
            + std::to_string(mostImportedWorkers) + " can be read");
    if (m_run.workers.size() < *id)
        m_run.workers.resize(*id);
    return static_cast<WorkerId>(*id);
}

Result<void> OwnTrace::takeWorker(const TraceEvent &event)
{
    const auto worker = workerOf(event.members, "tid");
    if (!worker || *worker == 0)
        return worker ? failure("'tid' is no worker") : tl::unexpected(worker.error());
    ImportedWorker &of = m_run.workers[*worker - 1];
    const TraceMembers &arguments = event.arguments;
    of.identity.pid = smallCountOf(arguments, "pid");
    of.identity.host = arguments.text("host");
    of.identity.runtime = arguments.text("runtime");
    of.name = arguments.text("name");
    of.usage.cpu = arguments.time("cpu").value_or(0);
    of.usage.runQueue = arguments.time("run_queue").value_or(0);
    of.usage.maxRss = arguments.count("max_rss").value_or(0);
    of.usage.decoding = arguments.time("decoding").value_or(0);
    of.loading.cost.duration = arguments.time("load_time").value_or(0);
    of.loading.cost.cpu = arguments.time("load_cpu").value_or(0);
    of.loading.cost.memory = arguments.count("load_memory").value_or(0);
    of.loading.isShared = arguments.count("load_shared").value_or(0) == 1;
    of.setUp.cpu = arguments.time("set_up_cpu").value_or(0);
    of.setUp.runQueue = arguments.time("set_up_run_queue").value_or(0);
    of.threads.count = smallCountOf(arguments, "threads");
    of.threads.runQueue = arguments.time("thread_run_queue").value_or(0);
    return {};
}

Result<void> OwnTrace::takeSpan(const TraceEvent &event)
{
    const auto worker = workerOf(event.members, "tid");
    const auto begin = neededTime(event.members, "ts");
    const auto duration = neededTime(event.members, "dur");
    const auto first = countOf(event.arguments, "index");
    const auto count = countOf(event.arguments, "count");
    if (!worker)
        return tl::unexpected(worker.error());
    for (const auto *number : {&begin, &duration, &first, &count}) {
        if (!*number)
            return tl::unexpected(number->error());
    }
    if (*worker == 0 || *count == 0 || *first >= m_run.inputCount
        || *count > m_run.inputCount - *first)
        return failure("a span is of an input or a worker that there is not");
    m_run.spans.push_back({*worker, {*begin, *duration, *first, *count}});
    if (m_run.source.empty() || *count > 1)
        return {};
    // Of a run that was read from elsewhere the names are all that is known of the inputs.
    if (*first >= m_run.inputs.size() && *first < mostImportedIterations)
        m_run.inputs.resize(*first + 1);
    if (*first < m_run.inputs.size())
        m_run.inputs[*first] = event.members.text("name");
    return {};
}

Result<void> OwnTrace::takeChunk(const TraceEvent &event)
{
    const auto worker = workerOf(event.arguments, "worker");
    if (!worker)
        return tl::unexpected(worker.error());
    ImportedChunk chunk;
    chunk.worker = *worker;
    ChunkTimes &chunkTimes = chunk.chunkTimes;
    const auto spans = countOf(event.arguments, "spans");
    const auto sent = neededTime(event.members, "ts");
    const auto received = neededTime(event.arguments, "received");
    const auto answered = neededTime(event.arguments, "answered");
    const auto decoded = neededTime(event.arguments, "decoded");
    for (const auto *number : {&spans, &sent, &received, &answered, &decoded}) {
        if (!*number)
            return tl::unexpected(number->error());
    }
    chunkTimes.spans = *spans;
    chunkTimes.sent = *sent;
    chunkTimes.received = *received;
    chunkTimes.answered = *answered;
    chunkTimes.decoded = *decoded;
    m_run.chunks.push_back(chunk);
    return {};
}

Result<void> OwnTrace::takeMark(const TraceEvent &event)
{
    const auto worker = workerOf(event.members, "tid");
    const auto time = neededTime(event.members, "ts");
    const auto value = countOf(event.arguments, "value");
    const std::string name = event.arguments.text("mark");
    const auto kind = std::find(trace::markNames.begin(), trace::markNames.end(), name);
    if (!worker)
        return tl::unexpected(worker.error());
    if (!time || !value)
        return tl::unexpected((time ? value : time).error());
    if (kind == trace::markNames.end())
        return failure("'mark' is none that is known");
    Mark mark;
    mark.time = *time;
    mark.value = *value;
    mark.worker = *worker;
    mark.kind = static_cast<Mark::Kind>(kind - trace::markNames.begin());
    m_run.marks.push_back(mark);
    if (event.arguments.find("kind"))
        m_run.failures[*value] = {event.arguments.text("kind"), event.arguments.text("type"),
            event.arguments.text("message"), event.arguments.text("detail")};
    return {};
}

} // namespace poolscope
