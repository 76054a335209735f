// SPDX-License-Identifier: GPL-3.0-or-later
// This file is long since each kind of record is joined with the state that the others have left.
// The events of one call are made in callreporter.cpp.
#include "watch/watchedpools.h"

#include "spec/runspec.h"
#include "system/machine.h"
#include "system/processtable.h"
#include "system/signalname.h"

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace poolscope::watch {

namespace {

constexpr std::size_t mostPending = 1'000'000; // chunks whose call is not known
constexpr std::size_t mostJobs = 4'000'000; // that are under way
constexpr std::size_t mostSent = 1'000'000; // chunks that were sent, and have not ended
constexpr std::size_t mostNotes = 100;
constexpr std::size_t mostLateRanges = 1000;
constexpr std::size_t mostUnfinished = 100'000; // spans of a chunk that has not ended
constexpr std::uint64_t whileNothingMoves = 1'000'000'000; // ns

std::uint64_t chunkKey(std::uint64_t pool, std::uint64_t job, std::uint64_t index)
{
    std::uint64_t key = pool * 0x9e3779b97f4a7c15ULL;
    for (const std::uint64_t part : {job, index}) {
        key ^= key >> 29U;
        key = (key + part) * 0xbf58476d1ce4e5b9ULL;
    }
    return key;
}

/// Returns "multiprocessing.Pool", "concurrent.futures.ThreadPoolExecutor", ...
std::string poolName(const std::string &module, std::uint64_t type)
{
    switch (static_cast<PoolType>(type)) {
    case PoolType::Pool:
        return module + ".Pool";
    case PoolType::ThreadPool:
        return module + ".ThreadPool";
    case PoolType::ProcessExecutor:
        return module + ".ProcessPoolExecutor";
    case PoolType::ThreadExecutor:
        return module + ".ThreadPoolExecutor";
    case PoolType::Loky:
        return module.find("joblib") == std::string::npos ? module + ".ProcessPoolExecutor"
                                                          : "joblib (loky)";
    }
    return module;
}

/// Returns the start of a process, of CLOCK_MONOTONIC, to a hundredth of a second.
std::uint64_t startOf(const ProcessEntry &process)
{
    static const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return process.started * (1'000'000'000 / std::max<std::uint64_t>(ticks, 1));
}

Chunk asChunk(const LightChunk &light)
{
    Chunk chunk{};
    chunk.pool = light.pool;
    chunk.job = light.job;
    chunk.index = light.index;
    chunk.inputs = light.inputs;
    chunk.failed = light.failed;
    chunk.begun = light.begun;
    chunk.ended = light.ended;
    return chunk;
}

/// Whether the record begins with a pool.
bool isOfPool(RecordKind kind)
{
    switch (kind) {
    case RecordKind::Put:
    case RecordKind::Got:
    case RecordKind::PoolEnded:
    case RecordKind::ProcessEnded:
    case RecordKind::Worker:
    case RecordKind::Chunk:
    case RecordKind::Light:
    case RecordKind::Span:
    case RecordKind::Failure:
    case RecordKind::Input:
    case RecordKind::Lost:
    case RecordKind::Message:
        return true;
    default:
        return false;
    }
}

} // namespace

bool WatchedPools::Pool::isOfThreads() const
{
    const auto type = static_cast<PoolType>(made.type);
    return type == PoolType::ThreadPool || type == PoolType::ThreadExecutor;
}

WatchedPools::WatchedPools(WatchListener &listener, std::vector<std::string> command,
    std::string folder, std::uint64_t begin)
    : m_listener(listener)
    , m_command(std::move(command))
    , m_folder(std::move(folder))
    , m_begin(begin)
{
}

void WatchedPools::take(const Ring &ring, RecordKind kind, RecordWords &words)
{
    if (isOfPool(kind)) {
        if (m_deferred.size() < mostPending)
            m_deferred.push_back(
                {&ring, kind, {words.rest().begin(), words.rest().end()}, words.isSampled()});
        return;
    }
    switch (kind) {
    case RecordKind::Pool:
        return takePool(ring, words);
    case RecordKind::Call:
        return takeCall(ring, words);
    case RecordKind::SubmitRange: {
        const auto range = words.fields<SubmittedRange>();
        return words.isMalformed() ? void() : takeRange(ring, range);
    }
    case RecordKind::Length: {
        const auto known = words.fields<LengthKnown>();
        if (Call *call = callOf(ring, known.call); call && call->call)
            call->call->setInputs(known.inputs);
        return;
    }
    case RecordKind::Consumed: {
        const auto consumed = words.fields<Consumed>();
        if (Call *call = callOf(ring, consumed.call); call && call->call)
            call->call->resultsUsed(consumed);
        return;
    }
    case RecordKind::Process:
        ++m_processesByHand;
        return;
    case RecordKind::Note: {
        std::string note = words.text();
        if (m_notes.size() < mostNotes
            && std::find(m_notes.begin(), m_notes.end(), note) == m_notes.end())
            m_notes.push_back(std::move(note));
        return;
    }
    default:
        return;
    }
}

/// Takes the deferred records whose pool is known now, in their order.
void WatchedPools::takeDeferred(const std::vector<std::unique_ptr<Ring>> &rings)
{
    std::vector<Deferred> deferred = std::exchange(m_deferred, {});
    for (Deferred &record : deferred) {
        const bool isKnown = !record.words.empty() && m_pools.contains(record.words.front());
        if (isKnown) {
            RecordWords words(record.words, record.isSampled);
            Pool &pool = m_pools.at(record.words.front());
            if (record.kind == RecordKind::Worker
                && isReplacement(pool, keyOf(pool, *record.ring))) {
                reportChunks();
                checkWorkers(record.words.front(), pool, rings, Records::AreRead);
            }
            takeOfPool(*record.ring, record.kind, words);
        } else {
            m_deferred.push_back(std::move(record));
        }
    }
}

/// Whether a worker replaces one that has ended, whose end may not have been found yet.
bool WatchedPools::isReplacement(const Pool &pool, WorkerKey key) const
{
    const auto taken = std::count_if(
        pool.lanes.begin(), pool.lanes.end(), [](const Slot &slot) { return slot.isTaken; });
    const bool isKnown = std::any_of(pool.lanes.begin(), pool.lanes.end(),
        [&](const Slot &slot) { return slot.isTaken && slot.key == key; });
    return !isKnown && static_cast<std::uint64_t>(taken) >= pool.made.processes;
}

void WatchedPools::takeOfPool(const Ring &ring, RecordKind kind, RecordWords &words)
{
    switch (kind) {
    case RecordKind::Put:
        return takePut(words);
    case RecordKind::Got:
        return takeGot(words);
    case RecordKind::PoolEnded:
        return takePoolEnded(words.fields<PoolEnded>());
    case RecordKind::ProcessEnded:
        return takeProcessEnded(words.fields<ProcessEnded>());
    case RecordKind::Worker:
        return takeWorker(ring, words);
    case RecordKind::Chunk:
        return takeChunk(ring, words.fields<Chunk>(), true);
    case RecordKind::Light:
        return takeChunk(ring, asChunk(words.fields<LightChunk>()), false);
    case RecordKind::Span:
        if (Unfinished &parts = m_unfinished[&ring]; parts.spans.size() < mostUnfinished)
            parts.spans.push_back(words.fields<ChunkSpan>());
        return;
    case RecordKind::Failure:
        return takeFailure(ring, words);
    case RecordKind::Input:
        return takeInput(ring, words);
    case RecordKind::Lost: {
        const auto lost = words.fields<LostChunks>();
        if (!words.isMalformed() && m_pending.size() < mostPending)
            m_pending.push_back({lost.pool, keyOf(m_pools.at(lost.pool), ring),
                {{}, false, {}, std::exchange(m_unfinished[&ring].failures, {}), {}}, lost});
        return;
    }
    case RecordKind::Message:
        return takeMessage(words);
    default:
        return;
    }
}

void WatchedPools::takePool(const Ring &ring, RecordWords &words)
{
    Pool pool;
    pool.made = words.fields<PoolMade>();
    pool.startMethod = words.text();
    const std::string module = words.text();
    pool.file = words.text();
    pool.name = poolName(module, pool.made.type);
    pool.parent = ring.pid();
    if (words.isMalformed())
        return;
    // The number of a pool may be used again after the pool has ended.
    if (const auto before = m_pools.find(pool.made.pool); before != m_pools.end()) {
        report({});
        takePoolEnded({pool.made.pool, pool.made.time});
        std::erase_if(m_jobs, [&](const auto &job) { return job.first.first == pool.made.pool; });
        m_pools.erase(before);
    }
    m_pools.emplace(pool.made.pool, std::move(pool));
}

void WatchedPools::takeCall(const Ring &ring, RecordWords &words)
{
    const auto made = words.fields<CallMade>();
    WatchedCall call;
    call.method = words.text();
    call.function = words.text();
    call.file = words.text();
    const auto found = m_pools.find(made.pool);
    if (words.isMalformed() || found == m_pools.end())
        return;
    Pool &pool = found->second;
    call.command = m_command;
    call.folder = m_folder;
    call.pool = pool.name;
    call.startMethod = pool.startMethod;
    call.processes =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(pool.made.processes, maxWorkers));
    call.line = made.line;
    call.poolFile = pool.file;
    call.poolLine = pool.made.line;
    call.begin = made.time - std::min(made.time, m_begin);
    call.chunk = std::max<std::uint64_t>(made.chunk, 1);
    CallReporter *reporter = nullptr;
    EventSink *sink = m_calls.size() < mostCalls ? m_listener.callBegan(call) : nullptr;
    if (sink) {
        m_calls.push_back(std::make_unique<CallReporter>(*sink, std::move(call), made.time));
        reporter = m_calls.back().get();
        if (made.inputs != none)
            reporter->setInputs(made.inputs);
        pool.calls.push_back(reporter);
        for (std::size_t slot = 0; slot < pool.lanes.size(); ++slot) {
            if (!pool.lanes[slot].isTaken)
                continue;
            checkSlot(pool, slot);
            reporter->workerBegan(slot, pool.lanes[slot].worker);
        }
    } else {
        ++m_callsLeftOut;
    }
    m_callsByNumber[{ring.pid(), made.call}] = {reporter, made.pool, 0};
    if (made.job != none)
        m_jobs[{made.pool, made.job}] = {
            reporter, 0, std::max<std::uint64_t>(made.chunk, 1), false};
}

WatchedPools::Call *WatchedPools::callOf(const Ring &ring, std::uint64_t number)
{
    const auto found = m_callsByNumber.find({ring.pid(), number});
    return found == m_callsByNumber.end() ? nullptr : &found->second;
}

WatchedPools::Job *WatchedPools::jobOf(std::uint64_t pool, std::uint64_t job)
{
    const auto found = m_jobs.find({pool, job});
    return found == m_jobs.end() ? nullptr : &found->second;
}

void WatchedPools::takeOpenJobs(const Ring &ring)
{
    if (ring.openJobs())
        takeRange(ring, *ring.openJobs());
}

/// Takes the jobs of a range that were not taken yet. A range grows in the header of its ring, and
/// is in a record when it is complete.
void WatchedPools::takeRange(const Ring &ring, const SubmittedRange &range)
{
    LastRange &last = m_lastRanges[&ring];
    if (last.call != range.call || last.firstJob != range.firstJob)
        last = {range.call, range.firstJob, 0};
    Call *call = callOf(ring, range.call);
    if (!call && m_lateRanges.size() < mostLateRanges)
        m_lateRanges.push_back({&ring, range}); // the call is in a ring that was not read yet
    if (!call || range.jobs > mostJobs)
        return;
    for (; last.taken < range.jobs && m_jobs.size() < mostJobs; ++last.taken) {
        const std::uint64_t first = range.firstInput + last.taken * range.inputs;
        m_jobs[{call->pool, range.firstJob + last.taken}] = {call->call, first, range.inputs, true};
        call->submitted = std::max(call->submitted, first + range.inputs);
    }
}

void WatchedPools::takePut(RecordWords &words)
{
    const auto put = words.fields<Put>();
    if (m_sent.size() < mostSent)
        m_sent[chunkKey(put.pool, put.job, put.index)] = put.written;
    if (const Job *job = jobOf(put.pool, put.job); job && job->call)
        job->call->chunkSent(put, words.represented());
}

void WatchedPools::takeGot(RecordWords &words)
{
    const auto got = words.fields<Got>();
    if (const Job *job = jobOf(got.pool, got.job); job && job->call)
        job->call->resultReceived(got, words.represented());
}

WatchedPools::WorkerKey WatchedPools::keyOf(const Pool &pool, const Ring &ring) const
{
    return {ring.pid(), pool.isOfThreads() ? ring.thread() : 0};
}

void WatchedPools::takeWorker(const Ring &ring, RecordWords &words)
{
    const auto began = words.fields<WorkerBegan>();
    const std::string runtime = words.text();
    const auto found = m_pools.find(began.pool);
    if (words.isMalformed() || found == m_pools.end())
        return;
    Pool &pool = found->second;
    const std::size_t slot = slotOf(pool, keyOf(pool, ring));
    PoolWorker &worker = pool.lanes[slot].worker;
    worker.identity = {ring.pid(), hostName(), runtime};
    worker.ready = began.time;
    const auto process =
        pool.isOfThreads() ? std::nullopt : processEntry(static_cast<pid_t>(ring.pid()));
    worker.started = process ? std::min(startOf(*process), began.time) : began.time;
    pool.lanes[slot].starts = process ? process->started : 0;
    // The start of a new interpreter is not work of the call.
    if (pool.startMethod != "fork" && !pool.isOfThreads())
        worker.usage = usageOf(static_cast<pid_t>(ring.pid()));
    for (CallReporter *call : pool.calls) {
        if (!call->hasEnded())
            call->workerBegan(slot, worker);
    }
}

/// Returns the slot of a worker: its own, or the first free one.
std::size_t WatchedPools::slotOf(Pool &pool, WorkerKey key)
{
    const auto own = std::find_if(pool.lanes.begin(), pool.lanes.end(),
        [&](const Slot &slot) { return slot.isTaken && slot.key == key; });
    if (own != pool.lanes.end())
        return static_cast<std::size_t>(own - pool.lanes.begin());
    auto free = std::find_if(
        pool.lanes.begin(), pool.lanes.end(), [](const Slot &slot) { return !slot.isTaken; });
    if (free == pool.lanes.end() && pool.lanes.size() < maxWorkers)
        free = pool.lanes.emplace(pool.lanes.end());
    else if (free == pool.lanes.end())
        --free;
    *free = {key, {}, true, 0, false};
    return static_cast<std::size_t>(free - pool.lanes.begin());
}

void WatchedPools::takeChunk(const Ring &ring, const Chunk &chunk, bool isTimed)
{
    Unfinished &unfinished = m_unfinished[&ring];
    Unfinished parts = std::exchange(unfinished, {});
    // Other failures are of lost chunks, whose record was not taken yet.
    const auto others = std::stable_partition(
        parts.failures.begin(), parts.failures.end(), [&](const FailedInput &failed) {
            return failed.job == chunk.job && failed.index == chunk.index;
        });
    unfinished.failures.assign(
        std::make_move_iterator(others), std::make_move_iterator(parts.failures.end()));
    parts.failures.erase(others, parts.failures.end());
    const auto pool = m_pools.find(chunk.pool);
    if (pool == m_pools.end() || m_pending.size() >= mostPending)
        return;
    std::erase_if(parts.texts,
        [&](const InputText &text) { return text.job != chunk.job || text.index != chunk.index; });
    std::erase_if(parts.spans, [&](const ChunkSpan &span) {
        return span.job != chunk.job || span.index != chunk.index || span.pool != chunk.pool;
    });
    m_pending.push_back({chunk.pool, keyOf(pool->second, ring),
        {chunk, isTimed, std::move(parts.spans), std::move(parts.failures), std::move(parts.texts)},
        std::nullopt});
}

void WatchedPools::takeFailure(const Ring &ring, RecordWords &words)
{
    const auto failed = words.fields<ChunkFailure>();
    FailedInput input{failed.job, failed.index, failed.input, words.text(), words.text(), {}};
    input.traceback = words.text();
    if (Unfinished &unfinished = m_unfinished[&ring]; unfinished.failures.size() < mostUnfinished)
        unfinished.failures.push_back(std::move(input));
}

void WatchedPools::takeInput(const Ring &ring, RecordWords &words)
{
    const auto input = words.fields<ChunkInput>();
    InputText text{input.job, input.index, input.input, words.text()};
    Unfinished &unfinished = m_unfinished[&ring];
    if (!words.isMalformed() && unfinished.texts.size() < mostUnfinished)
        unfinished.texts.push_back(std::move(text));
}

void WatchedPools::takeMessage(RecordWords &words)
{
    const std::uint64_t pool = words.number();
    const std::uint64_t number = words.number();
    const std::string how = words.text();
    const std::uint64_t bytes = words.number();
    const std::uint64_t duration = words.number();
    const Job *job = jobOf(pool, number);
    if (words.isMalformed() || !job || !job->call)
        return;
    CallCost &cost = job->call->cost();
    cost.functionBytes = bytes;
    cost.functionPickling = duration;
    cost.functionIsByValue = how == "by value" ? 1 : 0;
}

void WatchedPools::takePoolEnded(const PoolEnded &ended)
{
    const auto found = m_pools.find(ended.pool);
    if (found != m_pools.end())
        found->second.hasEnded = true;
}

void WatchedPools::takeProcessEnded(const ProcessEnded &ended)
{
    if (m_statuses.size() < mostPending)
        m_statuses[static_cast<std::uint32_t>(ended.pid)] = static_cast<std::int64_t>(ended.status);
}

void WatchedPools::report(const std::vector<std::unique_ptr<Ring>> &rings)
{
    for (const LateRange &late : std::exchange(m_lateRanges, {})) {
        if (callOf(*late.ring, late.range.call))
            takeRange(*late.ring, late.range);
    }
    takeDeferred(rings);
    reportChunks();
    const std::uint64_t now = RunClock::monotonic();
    for (const auto &ring : rings)
        reportOpen(*ring, now);
    endCompleteCalls();
}

void WatchedPools::reportChunks()
{
    std::stable_sort(m_pending.begin(), m_pending.end(),
        [](const Pending &a, const Pending &b) { return a.time() < b.time(); });
    std::erase_if(m_pending, [this](Pending &pending) { return reportPending(pending); });
}

/// Returns false if the call of the chunk is not known yet.
bool WatchedPools::reportPending(Pending &pending)
{
    const auto pool = m_pools.find(pending.pool);
    if (pool == m_pools.end())
        return true;
    if (pending.lost) {
        const Job *job = jobOf(pending.pool, pending.lost->job);
        CallReporter *call = job         ? job->call
            : pool->second.calls.empty() ? nullptr
                                         : pool->second.calls.back();
        for (FailedInput &failed : pending.ended.failures) {
            const Job *of = jobOf(pending.pool, failed.job);
            failed.input = of ? of->first + failed.index * of->chunk : none;
        }
        if (call)
            call->chunksLost(
                slotOf(pool->second, pending.worker), *pending.lost, pending.ended.failures);
        return call || pool->second.hasEnded;
    }
    const Chunk &chunk = pending.ended.chunk;
    const Job *job = jobOf(chunk.pool, chunk.job);
    if (!job)
        return pool->second.hasEnded;
    const auto sent = m_sent.find(chunkKey(chunk.pool, chunk.job, chunk.index));
    if (sent != m_sent.end()) {
        pending.ended.sentAt = sent->second;
        m_sent.erase(sent);
    }
    if (job->call) {
        const std::size_t slot = slotOf(pool->second, pending.worker);
        job->call->chunkEnded(slot, pending.ended, job->first + chunk.index * job->chunk);
    }
    if (job->isSubmitted)
        m_jobs.erase({chunk.pool, chunk.job});
    return true;
}

/// Reports the open chunk of the ring's thread, in each pool for which it works.
void WatchedPools::reportOpen(const Ring &ring, std::uint64_t now)
{
    for (auto &[number, pool] : m_pools) {
        const WorkerKey key = keyOf(pool, ring);
        const auto slot = std::find_if(pool.lanes.begin(), pool.lanes.end(),
            [&](const Slot &of) { return of.isTaken && of.key == key; });
        if (slot == pool.lanes.end())
            continue;
        const OpenChunk open = ring.openChunk().pool == number ? ring.openChunk() : OpenChunk();
        const Job *job = open.isOpen ? jobOf(open.pool, open.job) : nullptr;
        const auto position = static_cast<std::size_t>(slot - pool.lanes.begin());
        for (CallReporter *call : pool.calls) {
            const bool isOn = job && job->call == call;
            const IndexRange inputs{isOn ? job->first + open.index * job->chunk : 0, open.inputs};
            call->chunkOpen(position, isOn ? open : OpenChunk(), inputs, now);
        }
    }
}

/// Ends complete calls. A call whose inputs are submitted one by one lasts until its pool ends.
void WatchedPools::endCompleteCalls()
{
    for (const auto &entry : m_callsByNumber) {
        const Call &call = entry.second;
        if (!call.call || call.call->hasEnded())
            continue;
        const auto pool = m_pools.find(call.pool);
        const bool hasPoolEnded = pool == m_pools.end() || pool->second.hasEnded;
        if (call.submitted > 0 && hasPoolEnded && !call.call->inputs())
            call.call->setInputs(call.submitted);
        if (!call.call->isComplete())
            continue;
        for (std::size_t slot = 0; pool != m_pools.end() && slot < pool->second.lanes.size();
             ++slot) {
            if (pool->second.lanes[slot].isTaken)
                checkSlot(pool->second, slot);
        }
        call.call->end(RunClock::monotonic());
        if (call.submitted > 0)
            std::erase_if(m_jobs, [&](const auto &job) { return job.second.call == call.call; });
    }
}

void WatchedPools::checkProcesses(const std::vector<std::unique_ptr<Ring>> &rings)
{
    for (auto &[number, pool] : m_pools) {
        const bool isIdle = std::none_of(pool.lanes.begin(), pool.lanes.end(),
                                [](const Slot &slot) { return slot.isTaken; })
            && std::all_of(pool.calls.begin(), pool.calls.end(),
                [](const CallReporter *call) { return call->hasEnded(); });
        if (!isIdle)
            checkWorkers(number, pool, rings, Records::MayBeUnread);
    }
    reportDeaths(RunClock::monotonic());
}

void WatchedPools::checkWorkers(std::uint64_t number, Pool &pool,
    const std::vector<std::unique_ptr<Ring>> &rings, Records records)
{
    const std::uint64_t now = RunClock::monotonic();
    const auto parent = usageOf(static_cast<pid_t>(pool.parent));
    for (CallReporter *call : pool.calls) {
        if (parent)
            call->parentCostSeen(*parent);
    }
    for (std::size_t slot = 0; slot < pool.lanes.size(); ++slot) {
        Slot &of = pool.lanes[slot];
        if (!of.isTaken)
            continue;
        const auto process = processEntry(static_cast<pid_t>(of.key.pid));
        if (process && (of.starts == 0 || process->started == of.starts)) {
            checkSlot(pool, slot);
            continue;
        }
        if (!std::exchange(of.isSeenDead, true) && records == Records::MayBeUnread)
            continue;
        const auto ring = std::find_if(rings.begin(), rings.end(), [&](const auto &any) {
            return any->pid() == of.key.pid && any->openChunk().isOpen
                && any->openChunk().pool == number;
        });
        if (ring != rings.end() && (*ring)->openChunk().ended > 0)
            takeReturned(**ring);
        const bool diedAtWork =
            ring != rings.end() && (*ring)->openChunk().ended == 0 && !pool.hasEnded;
        if (diedAtWork)
            m_deaths.push_back({number, slot, of.key.pid, (*ring)->openChunk(), now});
        slotEnded(number, slot, now, diedAtWork ? WorkerState::Dead : WorkerState::Gone);
    }
}

/// Divides the cost of the process since the last look among the calls, by their work.
void WatchedPools::checkSlot(Pool &pool, std::size_t slot)
{
    Slot &of = pool.lanes[slot];
    const auto pid = static_cast<pid_t>(of.key.pid);
    const auto now =
        pool.isOfThreads() ? threadUsageOf(pid, static_cast<pid_t>(of.key.thread)) : usageOf(pid);
    if (!now)
        return;
    const ThreadUsage threads = pool.isOfThreads() ? ThreadUsage() : threadsOf(pid);
    const WorkerUsage before = std::exchange(of.worker.usage, now).value_or(WorkerUsage());
    std::uint64_t work = 0;
    for (const CallReporter *call : pool.calls)
        work += call->newWork(slot);
    for (CallReporter *call : pool.calls) {
        const std::uint64_t own = call->newWork(slot);
        if (own == 0)
            continue;
        const double share = static_cast<double>(own) / static_cast<double>(work);
        const auto part = [share](std::uint64_t later, std::uint64_t earlier) {
            return static_cast<std::uint64_t>(
                share * static_cast<double>(later - std::min(earlier, later)));
        };
        call->addCost(slot,
            {part(now->cpu, before.cpu), part(now->runQueue, before.runQueue), now->maxRss},
            threads);
    }
}

/// Takes a chunk whose function has returned, but whose worker ended before it wrote the record:
/// the parent ends workers as soon as it has the last result.
void WatchedPools::takeReturned(const Ring &ring)
{
    const OpenChunk &open = ring.openChunk();
    takeChunk(ring,
        asChunk({open.pool, open.job, open.index, open.inputs, 0, open.begun, open.ended}), false);
}

void WatchedPools::slotEnded(
    std::uint64_t pool, std::size_t slot, std::uint64_t time, WorkerState how)
{
    Pool &of = m_pools.at(pool);
    of.lanes[slot].isTaken = false;
    for (CallReporter *call : of.calls) {
        if (!call->hasEnded())
            call->workerEnded(slot, time, how);
    }
}

/// Reports a death if the pool has not ended within a second. A pool that ends kills its workers.
void WatchedPools::reportDeaths(std::uint64_t now)
{
    std::erase_if(m_deaths, [&](const Death &death) {
        const auto pool = m_pools.find(death.pool);
        if (pool == m_pools.end() || pool->second.hasEnded)
            return true;
        if (now - death.seen < whileNothingMoves)
            return false;
        reportDeath(death);
        return true;
    });
}

/// Returns "was killed by SIGKILL", "has ended with status 3" or, if it is unknown, "has died".
std::string WatchedPools::howEnded(std::uint32_t pid) const
{
    const auto status = m_statuses.find(pid);
    if (status == m_statuses.end())
        return "has died";
    return status->second < 0 ? "was killed by " + signalName(static_cast<int>(-status->second))
                              : "has ended with status " + std::to_string(status->second);
}

void WatchedPools::reportDeath(const Death &death)
{
    const Pool &pool = m_pools.at(death.pool);
    const Job *job = jobOf(death.open.pool, death.open.job);
    if (!job || !job->call || job->call->hasEnded())
        return;
    CallReporter &call = *job->call;
    const std::uint64_t first = job->first + death.open.index * job->chunk + death.open.firstInput;
    const std::uint64_t inputs =
        death.open.inputs - std::min(death.open.firstInput, death.open.inputs);
    const std::string how = howEnded(death.pid);
    const std::string place = placeInCode(call.call());
    std::string line = "worker " + std::to_string(death.slot + 1) + " " + how + " while on input "
        + std::to_string(first)
        + (inputs > 1 ? " or one of the " + std::to_string(inputs - 1) + " after it" : "") + " of "
        + callName(call.call()) + (place.empty() ? "" : " at " + place);
    for (std::uint64_t i = 0; i < inputs; ++i)
        call.inputLost(death.slot, first + i, "its worker " + how, death.seen);
    if (static_cast<PoolType>(pool.made.type) == PoolType::Pool)
        line += "; this pool will wait for it for ever";
    call.log(line);
    m_listener.warned(line);
}

void WatchedPools::release(const Ring &ring)
{
    m_unfinished.erase(&ring);
    m_lastRanges.erase(&ring);
    std::erase_if(m_lateRanges, [&](const LateRange &late) { return late.ring == &ring; });
    std::erase_if(m_deferred, [&](const Deferred &record) { return record.ring == &ring; });
}

void WatchedPools::end()
{
    for (auto &[number, pool] : m_pools)
        pool.hasEnded = true;
    report({});
    for (const auto &call : m_calls)
        call->end(RunClock::monotonic());
}

} // namespace poolscope::watch
