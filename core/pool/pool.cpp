// SPDX-License-Identifier: GPL-3.0-or-later
// This file is long since the dispatch of chunks and the starts and ends of worker processes change
// one state, that of the slots. What needs no slots is in schedule/ and in the other files of
// pool/.
#include "pool/pool.h"

#include "pool/copiedprocess.h"
#include "pool/executedprocess.h"
#include "pool/taskinput.h"
#include "schedule/watchtime.h"
#include "spec/tasktraits.h"
#include "system/processroom.h"
#include "system/processtable.h"
#include "system/processusage.h"
#include "text/figures.h"

#include <QAbstractEventDispatcher>
#include <algorithm>
#include <csignal>
#include <ctime>
#include <sched.h>
#include <utility>

namespace poolscope {

namespace {

// Milliseconds. A Python worker has 5 s to end, then the processes that it started have some time
// (worker/keeper.h).
constexpr int goodbyePatience = 15'000;
constexpr int checkInterval = 20; // milliseconds
constexpr std::uint64_t longBatch = 5'000'000; // nanoseconds
constexpr std::uint64_t shownIteration = 10'000'000; // nanoseconds
constexpr std::uint64_t checksForMemory = 2; // calls of checkWorkers() for one of checkMemory()
constexpr std::uint64_t checksForCosts = 10;
constexpr std::uint64_t slowStart = 60'000'000'000; // nanoseconds
constexpr std::uint64_t heldBytes = 4 * 1024 * 1024; // of inputs, in a worker's window

ScheduleOptions scheduleOptions(const RunSpec &run, InputSource &source)
{
    const PoolSpec &spec = run.pool;
    ScheduleOptions options;
    options.chunks.chunk = spec.chunk;
    options.chunks.window = spec.window;
    options.retries = spec.retries;
    options.recycle = spec.recycle.value_or(UINT64_MAX);
    // The inputs that a growing source has at a time fit any message. Its feed sets the largest
    // chunk.
    if (source.meanEncodedSize() > 0 && !source.growing()) {
        const bool isPython = traitsOf(run.task).runsPython;
        const std::uint64_t most = (wire::maxFrameBody - 64) / (isPython ? 3 : 1); // PythonItems
        const std::uint64_t fitting = std::max<std::uint64_t>(most / source.maxEncodedSize(), 1);
        options.chunks.largestChunk = std::min(fitting, largestChunkOf(source));
        if (options.chunks.chunk)
            options.chunks.chunk = std::min(*options.chunks.chunk, fitting);
        const std::uint64_t chunk = options.chunks.chunk.value_or(options.chunks.largestChunk);
        const std::uint64_t held =
            std::max<std::uint64_t>(heldBytes / (chunk * source.meanEncodedSize() + 1), 1);
        if (options.chunks.window)
            options.chunks.window = std::min(*options.chunks.window, held);
    }
    return options;
}

std::uint64_t clockTime(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(time.tv_nsec);
}

/// The time for which the machine was suspended since its start, in nanoseconds.
std::uint64_t timeInSuspend()
{
    const std::uint64_t monotonic = clockTime(CLOCK_MONOTONIC);
    return clockTime(CLOCK_BOOTTIME) - monotonic;
}

std::string oneLine(const Failure &reason)
{
    return reason.type.empty() ? reason.message : reason.type + ": " + reason.message;
}

} // namespace

Pool::Pool(const RunSpec &spec, std::uint32_t workers, InputSource &source,
    const ColumnRing &column, EventSink &events, Values values)
    : m_spec(spec)
    , m_source(source)
    , m_events(events)
    , m_program(workerProgramFor(spec.task))
    , m_setup(setupFor(spec, column, source.columns()))
    , m_scheduler(scheduleOptions(spec, source), source.size(),
          source.growing() ? Scheduler::Inputs::Growing : Scheduler::Inputs::Complete)
    , m_wantedWorkers(workers)
    , m_patienceWithIteration(patienceWithIteration(spec))
    , m_memory(spec.pool.memoryLimit)
{
    m_setup.keepsValues = values == Values::Kept;
    if (traitsOf(spec.task).runsPython)
        m_pythonItems.emplace(m_setup.columns);
    // If chunks are short, the next answer arrives within microseconds, while waking a sleeping
    // thread takes tens of them. So the event loop polls for a moment, and yields the core.
    connect(&m_watch, &QTimer::timeout, this, [this] {
        if (m_clock.now() - m_framesTime > watchTime)
            m_watch.stop();
        else
            sched_yield();
    });
    connect(&m_checkTimer, &QTimer::timeout, this, &Pool::checkWorkers);
    m_reclaimTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_reclaimTimer, &QTimer::timeout, this, &Pool::reclaimInputs);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        for (auto &[id, slot] : m_slots) {
            if (slot.process)
                slot.process->kill();
        }
        if (m_loader)
            m_loader->kill();
    });
}

Pool::~Pool() = default;

void Pool::continueFrom(const std::vector<IndexRange> &settled, std::uint64_t elapsed)
{
    m_scheduler.skip(settled);
    m_elapsedBefore = elapsed;
}

void Pool::failedBefore(const TriedIndex &tried)
{
    m_scheduler.failedBefore(tried);
}

void Pool::start()
{
    m_clock.origin = RunClock::monotonic() - m_elapsedBefore;
    m_cpuAtStart = threadCpu();
    m_phase = Phase::Running;
    m_timeInSuspend = timeInSuspend();
    connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock, this,
        [this] {
            m_stopDetector.skipTo(RunClock::monotonic());
            m_waits = true;
        });
    if (m_scheduler.allSettled()) {
        finishIfSettled();
        return;
    }
    if (const std::string note = noteOnInput(m_spec.task, m_source); !note.empty())
        m_events.take(event::Logged{noWorker, note, m_clock.now()});
    for (const std::string &missing : m_source.leftOut())
        m_events.take(event::Logged{noWorker, missing, m_clock.now()});
    if (m_source.growing())
        startFeed();
    m_checkTimer.start(checkInterval);
    m_terminalStop.emplace();
    m_descriptors.emplace();
    startLoader();
    const std::uint32_t workers = m_wantedWorkers;
    m_wantedWorkers = 0;
    setWorkerCount(workers);
}

void Pool::startFeed()
{
    m_feed = std::make_unique<InputFeed>(m_source, m_scheduler);
    connect(m_feed.get(), &InputFeed::failed, this, &Pool::fail);
    connect(m_feed.get(), &InputFeed::grew, this, [this] {
        dispatchAll();
        finishIfSettled();
    });
}

void Pool::setWorkerCount(std::uint32_t count)
{
    if (m_phase == Phase::Idle)
        m_wantedWorkers = count;
    if (m_phase != Phase::Running || count == m_wantedWorkers)
        return;
    m_wantedWorkers = count;
    m_events.take(event::PoolResized{count, m_clock.now()});
    const std::uint32_t fitting = fittingWorkers(count);
    if (fitting < count)
        limitTo(fitting, "this user may not have as many processes (see ulimit -u)");
    for (WorkerId id{1}; numberOf(id) <= fitting; ++id) {
        Slot &slot = slotFor(id);
        slot.wanted = true;
        if (slot.process || slot.restart || m_phase != Phase::Running)
            continue;
        slot.restarts.reset();
        if (const auto started = startWorker(slot); !started) {
            runWithFewer(started.error());
            break;
        }
    }
    removeAbove(m_wantedWorkers);
}

/// The number of these workers for which the user may have enough processes, with those that tasks
/// start.
std::uint32_t Pool::fittingWorkers(std::uint32_t count) const
{
    if (m_program.keeper.empty())
        return count;
    const std::uint64_t each = traitsOf(m_spec.task).startsPrograms ? 4 : 2; // with the keeper
    const auto running = static_cast<std::uint32_t>(std::ranges::count_if(
        m_slots, [](const auto &entry) { return entry.second.process && entry.second.wanted; }));
    if (count <= running)
        return count;
    const std::uint64_t room = processRoom(each * (count - running));
    return std::max(running + static_cast<std::uint32_t>(room / each), 1U);
}

void Pool::removeAbove(std::uint32_t count)
{
    for (auto slot = m_slots.upper_bound(WorkerId{count}); slot != m_slots.end(); ++slot)
        removeWorker(slot->second);
}

/// Reduces the number of workers if no more can be started. Programs of workers need room, too.
void Pool::runWithFewer(const ChildProcess::NoRoom &noRoom)
{
    const auto last = std::find_if(m_slots.rbegin(), m_slots.rend(),
        [](const auto &entry) { return entry.second.process || entry.second.restart; });
    if (last == m_slots.rend()) {
        fail(cannotStart(noRoom.why));
        return;
    }
    std::uint32_t fewer = numberOf(last->first);
    if (noRoom.missing == ChildProcess::Missing::Processes && traitsOf(m_spec.task).startsPrograms)
        fewer = (fewer + 1) / 2;
    limitTo(fewer, cannotStart(noRoom.why));
    removeAbove(fewer);
}

void Pool::limitTo(std::uint32_t fewer, const std::string &why)
{
    m_events.take(event::Logged{noWorker,
        "runs with " + std::to_string(fewer) + " of " + std::to_string(m_wantedWorkers)
            + " workers: " + why,
        m_clock.now()});
    m_wantedWorkers = fewer;
    m_events.take(event::PoolResized{fewer, m_clock.now()});
}

Pool::Slot &Pool::slotFor(WorkerId id)
{
    Slot &slot = m_slots[id];
    slot.id = id;
    return slot;
}

/// Starts the process of which workers are copies, if the spec wants copies.
void Pool::startLoader()
{
    const auto *task = std::get_if<PythonTask>(&m_spec.task);
    if (!task || m_spec.pool.start != WorkerStart::Fork)
        return;
    m_loader = std::make_unique<TaskLoader>(
        withHashSeed(loaderProgramFor(*task)), m_descriptors->before(), m_setup);
    connect(m_loader.get(), &TaskLoader::loaded, this, [this](const wire::Loaded &loaded) {
        m_events.take(event::Logged{noWorker,
            "loaded the task in " + textOf(Duration(loaded.loading.duration)) + " ("
                + textOf(Bytes{loaded.loading.memory})
                + "); workers are copies of the process that has it",
            m_clock.now()});
    });
    connect(m_loader.get(), &TaskLoader::refused, this, &Pool::refuse);
    connect(m_loader.get(), &TaskLoader::unusable, this, &Pool::noteNewInterpreters);
    connect(
        m_loader.get(), &TaskLoader::wroteToStandardError, this, [this](const QByteArray &text) {
            m_events.take(event::WorkerPrinted{noWorker,
                {Output::Source::Process, {},
                    {text.constData(), static_cast<std::size_t>(text.size())}},
                m_clock.now()});
        });
    connect(m_loader.get(), &TaskLoader::ended, this, &Pool::reportIfAllEnded);
    if (const auto started = m_loader->start(); !started) {
        noteNewInterpreters(started.error().why);
        m_loader.reset();
    }
}

void Pool::noteNewInterpreters(const std::string &reason)
{
    m_events.take(
        event::Logged{noWorker, "workers start as new interpreters: " + reason, m_clock.now()});
}

WorkerProgram Pool::withHashSeed(WorkerProgram program) const
{
    if (!m_spec.hashSeed.empty())
        program.environment.emplace_back("PYTHONHASHSEED", m_spec.hashSeed);
    return program;
}

std::unique_ptr<ChildProcess> Pool::makeProcess(Slot &slot)
{
    slot.isCopy = m_loader && m_loader->canFork();
    if (slot.isCopy)
        return std::make_unique<CopiedProcess>(*m_loader, slot.id);
    WorkerProgram program = withHashSeed(m_program);
    program.environment.emplace_back("POOLSCOPE_WORKER", std::to_string(numberOf(slot.id)));
    return std::make_unique<ExecutedProcess>(std::move(program), m_descriptors->before());
}

tl::expected<void, ChildProcess::NoRoom> Pool::startWorker(Slot &slot)
{
    slot.restart.reset();
    slot.askedToStop = false;
    slot.excess.reset();
    slot.started = m_clock.now();
    slot.slowStartReported = false;

    auto *process = new WorkerProcess(this);
    slot.process = process;
    wire::Setup setup = m_setup;
    setup.worker = slot.id;
    setup.statusPagePath = process->statusPage().path();
    slot.connection = std::make_unique<WorkerConnection>(
        WorkerConnection::Context{m_clock, m_scheduler, m_events}, *process, slot.cost,
        std::move(setup));
    connect(process, &WorkerProcess::started, this, [this, process, &slot] {
        m_memory.add(process->pid(), process->keeper(),
            slot.isCopy ? MemoryWatch::Kind::Copy : MemoryWatch::Kind::Program);
    });
    connect(process, &WorkerProcess::received, this, [this, &slot] { takeFrames(slot); });
    connect(process, &WorkerProcess::ended, this, [this, &slot] { processEnded(slot); });
    connect(process, &WorkerProcess::wroteToStandardError, this,
        [&slot](const QByteArray &text) { slot.connection->wroteToStandardError(text); });
    connect(
        process, &WorkerProcess::failedToStart, this,
        [this, &slot](const QString &reason) { processFailedToStart(slot, reason); },
        Qt::QueuedConnection);
    auto started = process->start(makeProcess(slot));
    if (started)
        setState(slot, WorkerState::Starting);
    else
        releaseProcess(slot);
    return started;
}

void Pool::setState(Slot &slot, WorkerState state)
{
    slot.state = state;
    if (state == WorkerState::Starting)
        slot.cost.processStarted();
    m_events.take(event::WorkerChanged{slot.id, state, m_clock.now()});
}

/// Removes a worker from the pool, after its chunk or, if it is not ready yet, at once.
void Pool::removeWorker(Slot &slot)
{
    if (!slot.wanted)
        return;
    slot.wanted = false;
    slot.restart.reset();
    if (slot.state == WorkerState::Ready) {
        m_scheduler.removeWorker(slot.id);
        release(slot);
    } else if (slot.state == WorkerState::Starting) {
        askToStop(slot);
        slot.process->kill();
    }
}

void Pool::askToStop(Slot &slot)
{
    slot.askedToStop = true;
    setState(slot, WorkerState::Leaving);
}

void Pool::release(Slot &slot)
{
    askToStop(slot);
    slot.connection->sendGoodbye();
}

void Pool::pause()
{
    if (m_paused || m_phase != Phase::Running)
        return;
    lookForStop(); // a stop that was not noticed yet began before this pause
    m_paused = true;
    m_events.take(event::PoolPaused{m_clock.now()});
}

void Pool::resume()
{
    if (!m_paused)
        return;
    m_paused = false;
    m_events.take(event::PoolResumed{m_clock.now()});
    dispatchAll();
}

void Pool::setHold(Holder holder, const std::string &reason)
{
    std::string &hold = m_holds[static_cast<std::size_t>(holder)];
    if (hold == reason || m_phase != Phase::Running)
        return;
    hold = reason;
    const std::string now = heldBecause();
    m_events.take(event::Logged{
        noWorker, now.empty() ? "the run continues" : "the run waits: " + now, m_clock.now()});
    if (now.empty())
        dispatchAll();
}

std::string Pool::heldBecause() const
{
    const auto hold = std::find_if(
        m_holds.begin(), m_holds.end(), [](const std::string &reason) { return !reason.empty(); });
    return hold == m_holds.end() ? std::string() : *hold;
}

void Pool::retry(const std::vector<TriedIndex> &indices)
{
    if (m_phase != Phase::Running)
        return;
    for (const TriedIndex &tried : indices) {
        m_scheduler.retry(tried);
        m_events.take(event::InputReopened{tried.index, m_clock.now()});
    }
    dispatchAll();
}

void Pool::cancel()
{
    end(PoolEnd::How::Cancelled);
    reportIfAllEnded();
}

void Pool::fail(const std::string &error)
{
    end(PoolEnd::How::Failed, error);
    reportIfAllEnded();
}

void Pool::setLimit(std::uint64_t limit)
{
    m_scheduler.setLimit(limit);
    dispatchAll();
}

PoolStatus Pool::status() const
{
    PoolStatus status;
    status.wantedWorkers = m_wantedWorkers;
    status.chunkSize = m_scheduler.chunkSizeNow();
    status.window = m_scheduler.windowNow();
    status.inputCount = m_scheduler.inputCount();
    status.areInputsComplete = m_scheduler.areInputsComplete();
    status.settled = m_scheduler.settledCount();
    status.paused = m_paused;
    status.heldByConsumer = m_scheduler.heldByLimit();
    status.heldBecause = heldBecause();
    return status;
}

/// Stops the workers with their processes, then the program, as the terminal has requested.
/// Continues the workers once the program is continued.
void Pool::stopWithProgram()
{
    StopInterval stop{RunClock::monotonic(), 0};
    std::vector<pid_t> stopped;
    const auto stopKept = [&](pid_t keeper) {
        if (keeper <= 0)
            return;
        kill(keeper, SIGSTOP);
        const std::vector<pid_t> others = stopDescendants(keeper);
        stopped.insert(stopped.end(), others.begin(), others.end());
        stopped.push_back(keeper);
    };
    for (const auto &[id, slot] : m_slots)
        stopKept(slot.process ? slot.process->keeper() : 0);
    if (m_loader)
        stopKept(m_loader->keeper());
    const bool wasStopped = m_terminalStop->stopProgram();
    continueAll(stopped);
    stop.end = RunClock::monotonic();
    if (m_patience.isActive())
        m_patience.start(goodbyePatience);
    if (wasStopped)
        noteStop(stop);
}

/// Only a long wait for events is recognised as a stop, since the pool's timers end each within
/// some milliseconds. Other calls, which start a process or write to a disk, may take long by
/// themselves.
void Pool::lookForStop()
{
    if (!std::exchange(m_waits, false))
        return;
    const auto stop = m_stopDetector.look(RunClock::monotonic());
    if (!stop)
        return;
    if (haveWorkersRun(*stop))
        reportStop(*stop, "but its workers ran, so that it counts as time of the run");
    else
        noteStop(*stop);
}

/// Whether a worker has begun an iteration, or used the CPU for most of the time, while the program
/// was stopped.
bool Pool::haveWorkersRun(const StopInterval &stop) const
{
    // Processes may be continued one by one, a worker some time before the program.
    constexpr std::uint64_t apart = 100'000'000; // nanoseconds
    return std::ranges::any_of(m_slots, [&](const auto &entry) {
        const Slot &slot = entry.second;
        if (!slot.process || !slot.enlisted)
            return false;
        const std::uint64_t begun = slot.process->running().begun;
        const auto usage = usageOf(slot.process->pid());
        return (begun > stop.begin && begun + apart < stop.end)
            || (usage && usage->cpu > slot.cpu + stop.duration() / 2);
    });
}

/// Logs a suspension of the machine, during which the run's clock does not advance.
void Pool::lookForSuspend()
{
    constexpr std::uint64_t shortest = 1'000'000'000; // nanoseconds
    const std::uint64_t before = std::exchange(m_timeInSuspend, timeInSuspend());
    if (m_timeInSuspend < before + shortest)
        return;
    m_events.take(event::Logged{noWorker,
        "the machine was suspended for " + textOf(Duration(m_timeInSuspend - before))
            + ", which does not count as time of the run",
        m_clock.now()});
}

/// Records a stop of the program and its workers as a pause of the run.
void Pool::noteStop(const StopInterval &stop)
{
    m_events.take(event::ProgramStopped{m_clock.at(stop.begin), m_clock.at(stop.end)});
    reportStop(stop, "which counts as a pause");
}

/// Logs a stop. No stop counts for limits, since frames of workers could not be read meanwhile.
void Pool::reportStop(const StopInterval &stop, const std::string &meaning)
{
    m_stopDetector.skipTo(stop.end);
    m_stops.push_back(stop);
    m_events.take(event::Logged{noWorker,
        "the program was stopped for " + textOf(Duration(stop.duration())) + ", " + meaning,
        m_clock.at(stop.end)});
}

void Pool::checkWorkers()
{
    if (m_terminalStop->takeAsked())
        stopWithProgram();
    lookForStop();
    lookForSuspend();
    for (auto &[id, slot] : m_slots) {
        if (!slot.process)
            continue;
        readStatusPage(slot);
        checkBatch(slot);
        checkTime(slot);
        reportSlowStart(slot);
    }
    if (m_checks % checksForMemory == 0)
        checkMemory();
    if (m_checks++ % checksForCosts == 0) {
        m_throttling.look();
        readCosts();
    }
    reportCoordinatorUsage();
}

/// Measures the costs of workers, which cannot report them during a long iteration.
void Pool::readCosts()
{
    for (auto &[id, slot] : m_slots) {
        if (!slot.process || !slot.enlisted)
            continue;
        slot.cost.threads(threadsOf(slot.process->pid()));
        if (const auto usage = usageOf(slot.process->pid())) {
            slot.cpu = usage->cpu;
            slot.cost.used(*usage);
        }
        m_events.take(event::WorkerCostSeen{id, slot.cost.total()});
    }
}

void Pool::reportCoordinatorUsage()
{
    m_events.take(
        event::CoordinatorCostSeen{{threadCpu() - m_cpuAtStart, m_busy, m_throttling.throttled()}});
}

/// Reads what a worker finished before a long iteration, during which it cannot send.
void Pool::readStatusPage(Slot &slot)
{
    constexpr std::uint64_t silence = 10'000'000; // nanoseconds
    if (!slot.enlisted || !slot.connection->broken().empty())
        return;
    if (m_clock.now() - slot.connection->lastFrames() > silence)
        slot.process->readStatusPage();
}

/// Ends a batch of several iterations that take long, so that the next ones have batches of their
/// own.
void Pool::checkBatch(Slot &slot)
{
    if (!slot.enlisted)
        return;
    const RunningBatch running = slot.process->running();
    reportRunning(slot, running);
    if (running.indices.count > 1 && RunClock::monotonic() > running.begun + longBatch)
        slot.process->statusPage().endBatch();
}

/// Reports the input that a worker is on, if it takes so long that it can be seen.
void Pool::reportRunning(const Slot &slot, const RunningBatch &running)
{
    const IndexRange current = running.current();
    OpenSpan open{m_clock.at(running.begun), current.first, current.count, m_clock.now()};
    if (open.duration() < shownIteration)
        open.count = 0;
    m_events.take(event::SpanOpen{slot.id, open});
}

void Pool::checkTime(Slot &slot)
{
    if (!slot.enlisted || !m_patienceWithIteration)
        return;
    const RunningBatch running = slot.process->running();
    const std::uint64_t time = RunClock::monotonic();
    auto excess = timeExcess(m_spec, *m_patienceWithIteration, running,
        time - stoppedWithin(m_stops, running.begun, time));
    if (excess)
        killFor(slot, std::move(*excess));
}

void Pool::checkMemory()
{
    m_memory.look();
    for (auto &[id, slot] : m_slots) {
        const pid_t pid = slot.process ? slot.process->pid() : 0;
        if (pid <= 0 || !m_memory.isOver(pid))
            continue;
        killFor(slot,
            memoryExcess(m_spec, slot.process->running().current(), m_memory.takenBy(pid),
                m_memory.countsOthers(pid) ? Counted::WorkerAndOthers : Counted::Worker));
    }
}

void Pool::killFor(Slot &slot, Excess excess)
{
    if (slot.excess)
        return;
    slot.excess = std::move(excess);
    slot.process->kill();
}

/// Logs a slow start. A task may load for minutes before its first input, so it is not killed.
void Pool::reportSlowStart(Slot &slot)
{
    if (slot.state != WorkerState::Starting || slot.slowStartReported
        || m_clock.now() - slot.started < slowStart)
        return;
    slot.slowStartReported = true;
    m_events.take(event::Logged{slot.id,
        "the worker is not ready after 60 s; the pool waits for it: it may be loading what its "
        "task needs",
        m_clock.now()});
}

void Pool::takeFrames(Slot &slot)
{
    lookForStop();
    const std::uint64_t lastFrames = std::exchange(m_framesTime, m_clock.now());
    if (m_framesTime - lastFrames < watchTime && !m_watch.isActive())
        m_watch.start(0);
    const WorkerConnection::Received received = slot.connection->takeFrames(m_framesTime);
    haltIfFailed();
    if (received.hasStopped && m_phase == Phase::Running && slot.state == WorkerState::Ready)
        slot.connection->sendContinue();
    if (received.isReady)
        enlist(slot);
    if (received.refusal)
        refuse(*received.refusal);
    if (received.wrongValues)
        failOfWrongValues(slot, *received.wrongValues);
    if (slot.connection->hasAnswered())
        slot.restarts.reset();
    if (received.putBack) {
        dispatchAll();
    } else {
        dispatch(slot);
        shareOut();
    }
    replaceIfExhausted(slot);
    if (m_feed)
        m_feed->makeRoom();
    m_busy += m_clock.now() - m_framesTime;
    finishIfSettled();
}

void Pool::refuse(const Failure &why)
{
    const std::string reason = oneLine(why);
    const bool saysMore = why.detail.find_last_not_of('\n') >= reason.size();
    end(PoolEnd::How::Failed, "the task cannot be set up: " + reason,
        saysMore ? why.detail : std::string());
    reportIfAllEnded();
}

/// Ends the run for wrong values, even if it has completed.
void Pool::failOfWrongValues(const Slot &slot, const std::string &why)
{
    const PoolEnd wrong{
        PoolEnd::How::WrongValues, "worker " + std::to_string(numberOf(slot.id)) + ": " + why, {}};
    if (m_phase == Phase::Ending && m_end.how == PoolEnd::How::Completed)
        m_end = wrong;
    end(wrong.how, wrong.error);
}

void Pool::enlist(Slot &slot)
{
    if (slot.state != WorkerState::Starting)
        return;
    m_scheduler.addWorker(slot.id);
    slot.enlisted = true;
    m_everReady = true;
    slot.idle.reset();
    if (const auto usage = usageOf(slot.process->pid())) {
        slot.cpu = usage->cpu;
        slot.cost.used(*usage);
        slot.cost.setUp(*usage);
    }
    const wire::LoadCost cost = slot.isCopy ? m_loader->cost() : slot.connection->loading();
    if (cost != wire::LoadCost())
        slot.cost.loaded({cost, slot.isCopy});
    m_events.take(event::WorkerCostSeen{slot.id, slot.cost.total()});
    setState(slot, WorkerState::Ready);
}

/// Ends a worker that has done as many iterations as it may. It is then started again.
void Pool::replaceIfExhausted(Slot &slot)
{
    if (m_phase != Phase::Running || slot.state != WorkerState::Ready || !slot.enlisted
        || !m_scheduler.isExhausted(slot.id))
        return;
    m_scheduler.removeWorker(slot.id);
    release(slot);
}

std::string Pool::cannotStart(const std::string &reason) const
{
    return "cannot start " + m_program.program + ": " + reason;
}

void Pool::processFailedToStart(Slot &slot, const QString &reason)
{
    const std::string how = cannotStart(reason.toStdString());
    releaseProcess(slot);
    if (slot.isCopy && m_phase == Phase::Running && slot.wanted) { // as a new interpreter
        if (const auto started = startWorker(slot); !started)
            runWithFewer(started.error());
        return;
    }
    if (!m_everReady)
        end(PoolEnd::How::Failed, how);
    startFailed(slot, how);
}

void Pool::startFailed(Slot &slot, const std::string &how)
{
    setState(slot, WorkerState::Dead);
    slot.restarts.fruitlessStart(m_clock.now());
    if (m_phase == Phase::Running) {
        reportDeath(slot, {}, how);
        if (slot.wanted)
            restart(slot);
        endIfNoneIsLeft(how);
    }
    reportIfAllEnded();
}

void Pool::processEnded(Slot &slot)
{
    const std::string how = howItEnded(slot);
    const bool wasAskedToStop = slot.askedToStop || m_phase != Phase::Running;
    if (!wasAskedToStop || (slot.enlisted && !slot.connection->hasSaidGoodbye()))
        workerDied(slot, how);
    else if (slot.enlisted)
        m_scheduler.workerLeft(slot.id);
    m_memory.remove(slot.process->pid());
    slot.enlisted = false;
    releaseProcess(slot);
    haltIfFailed();
    setState(slot, wasAskedToStop ? WorkerState::Gone : WorkerState::Dead);

    if (m_phase == Phase::Running && slot.wanted)
        restart(slot);
    dispatchAll();
    if (m_feed)
        m_feed->makeRoom();
    finishIfSettled();
    endIfNoneIsLeft(how);
    reportIfAllEnded();
}

std::string Pool::howItEnded(const Slot &slot)
{
    if (slot.excess)
        return "killed, because " + slot.excess->message;
    const std::string &broken = slot.connection->broken();
    return broken.empty() ? slot.process->end().words : broken;
}

void Pool::releaseProcess(Slot &slot)
{
    slot.connection.reset();
    std::exchange(slot.process, nullptr)->deleteLater();
}

void Pool::workerDied(Slot &slot, const std::string &how)
{
    const IndexRange suspects = slot.enlisted ? suspectsOf(slot) : IndexRange{};
    if (m_phase == Phase::Running)
        reportDeath(slot, suspects, how);
    if (!slot.connection->hasAnswered() && suspects.count == 0)
        slot.restarts.fruitlessStart(m_clock.now());
    if (!slot.enlisted)
        return;
    const auto after = m_scheduler.workerDied(
        slot.id, suspects, slot.excess ? DeathCause::OverLimit : DeathCause::Unknown);
    for (const TriedIndex &tried : after.quarantined)
        quarantine(tried, slot, how);
    for (const TriedIndex &tried : after.failed)
        settleAsFailure(tried, slot, slot.excess->kind, slot.excess->message);
}

void Pool::reportDeath(const Slot &slot, IndexRange running, const std::string &how)
{
    const std::uint64_t time = m_clock.now();
    const bool isInputKnown = running.count == 1;
    if (isInputKnown)
        m_events.take(event::AttemptLost{running.first, slot.id, time});
    const std::string where = isInputKnown ? " on input " + std::to_string(running.first) : "";
    m_events.take(event::Logged{slot.id, "the worker died" + where + ": " + how, time, running});
}

/// The indices of which the worker died on one. Empty if it died on none.
IndexRange Pool::suspectsOf(const Slot &slot) const
{
    if (!slot.process->statusPage().inUse())
        return m_scheduler.unansweredOf(slot.id);
    const RunningBatch running = slot.process->running();
    if (!slot.excess)
        return running.current();
    // The worker may have begun another iteration, which is not the reason for the kill.
    const IndexRange &blamed = slot.excess->indices;
    const bool isOnIt = blamed.count > 0 && running.indices.contains(blamed.first);
    return isOnIt ? blamed : IndexRange{};
}

void Pool::quarantine(const TriedIndex &tried, const Slot &slot, const std::string &how)
{
    const std::string times = tried.deaths == 2 ? "twice" : std::to_string(tried.deaths) + " times";
    settleAsFailure(
        tried, slot, failureQuarantined, "the worker died on this input " + times + ": " + how);
}

void Pool::settleAsFailure(
    const TriedIndex &tried, const Slot &slot, std::string_view kind, const std::string &message)
{
    const QByteArray &output = slot.process->lastOutput();
    const ProcessEnd &end = slot.process->end();
    const pid_t pid = slot.process->pid();
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    FailureView &failure = outcome.failure;
    failure.kind = kind;
    failure.message = message;
    failure.detail = {output.constData(), static_cast<std::size_t>(output.size())};
    failure.context = {tried.attempts, slot.id,
        std::max(m_memory.peakOf(pid), slot.excess ? slot.excess->memory : 0)};
    if (!slot.excess) {
        failure.context.exitStatus = end.exitStatus;
        failure.context.signal = end.signal;
    }
    m_events.take(
        event::OutcomeDone{tried.index, outcome, slot.id, m_clock.now(), event::Attempt::Lost});
}

/// Starts a worker again after a delay, unless it is abandoned.
void Pool::restart(Slot &slot)
{
    const auto delay = slot.restarts.delay(m_everReady ? Readiness::Seen : Readiness::Never);
    if (!delay)
        return;
    slot.restart = std::make_unique<QTimer>();
    slot.restart->setSingleShot(true);
    connect(slot.restart.get(), &QTimer::timeout, this, [this, &slot] {
        slot.restart.release()->deleteLater();
        if (const auto started = startWorker(slot); !started)
            startFailed(slot, cannotStart(started.error().why));
    });
    slot.restart->start(*delay);
}

void Pool::endIfNoneIsLeft(const std::string &how)
{
    if (m_phase == Phase::Running && !anyWorkerLeft())
        end(PoolEnd::How::Failed, "no worker stays alive: " + how);
}

/// Ends the loader. Returns whether it still runs.
bool Pool::endLoader()
{
    if (!m_loader || !m_loader->isRunning())
        return false;
    m_loader->end();
    return true;
}

bool Pool::anyWorkerLeft() const
{
    return std::any_of(m_slots.begin(), m_slots.end(),
        [](const auto &entry) { return entry.second.process || entry.second.restart; });
}

/// Sends chunks to a worker if that is possible now. Returns whether any were sent.
bool Pool::dispatch(Slot &slot)
{
    if (m_phase != Phase::Running || slot.state != WorkerState::Ready
        || !slot.connection->broken().empty())
        return false;
    const std::uint64_t time = m_clock.now();
    const bool hasSent = !m_paused && heldBecause().empty() && handOut(slot, time);
    reportIfIdle(slot, time);
    return hasSent;
}

void Pool::reportIfIdle(Slot &slot, std::uint64_t time)
{
    if (m_phase != Phase::Running || slot.connection->isOnChunk()
        || m_scheduler.isExhausted(slot.id)) {
        slot.idle.reset();
        return;
    }
    const IdleReason reason = idleReason();
    if (std::exchange(slot.idle, reason) != reason)
        m_events.take(event::WorkerIdle{slot.id, reason, time});
}

IdleReason Pool::idleReason() const
{
    if (m_paused)
        return IdleReason::Paused;
    if (!heldBecause().empty())
        return IdleReason::Disk;
    if (m_scheduler.heldByLimit())
        return outcomesWaitForOrder() ? IdleReason::Order : IdleReason::Consumer;
    return m_scheduler.areInputsComplete() ? IdleReason::NothingLeft : IdleReason::NoInputYet;
}

/// Whether outcomes in the column wait for an index without an outcome, and not for their reader,
/// which is then less than a quarter of the column behind that index.
bool Pool::outcomesWaitForOrder() const
{
    const std::uint64_t cells = m_setup.columnCells;
    return m_scheduler.firstUnsettled() + cells - cells / 4 < m_scheduler.limit();
}

/// Sends the chunks that the scheduler has for a worker. Returns whether there were any.
bool Pool::handOut(Slot &slot, std::uint64_t time)
{
    constexpr std::size_t sendSize = 256 * 1024;
    bool hasSent = false;
    m_frames.clear();
    while (const auto chunk = m_scheduler.nextChunk(slot.id)) {
        if (!encodeChunk(*chunk))
            return false;
        hasSent = true;
        // Encoding inputs may take long, and a range has none to encode.
        slot.connection->chunkSent(*chunk, m_items.empty() ? time : m_clock.now());
        if (m_frames.size() >= sendSize) {
            slot.process->send(m_frames);
            m_frames.clear();
        }
    }
    if (!m_frames.empty())
        slot.process->send(m_frames);
    if (slot.connection->isOnChunk() && !std::exchange(m_dispatched, true))
        m_events.take(event::FirstDispatched{time});
    return hasSent;
}

bool Pool::encodeChunk(const IndexRange &chunk)
{
    m_items.clear();
    if (const auto encoded = m_source.encode(chunk, m_items); !encoded) {
        end(PoolEnd::How::Failed, encoded.error().message);
        return false;
    }
    if (m_pythonItems) {
        m_packed.clear();
        m_pythonItems->append(m_packed, m_items);
    }
    wire::encode(m_frames,
        wire::Work{chunk.first, static_cast<std::uint32_t>(chunk.count),
            m_pythonItems ? m_packed : m_items});
    return true;
}

void Pool::dispatchAll()
{
    bool hasSent = false;
    do {
        hasSent = false;
        for (auto &[id, slot] : m_slots)
            hasSent |= dispatch(slot);
    } while (hasSent && m_scheduler.hasReturned()); // these inputs are sent to workers in turns
    shareOut();
}

/// Requests inputs that have not begun from workers while others have nothing to do. Inputs that
/// take little time are requested later, by the timer.
void Pool::shareOut()
{
    const bool hasAsked = requestInputs(reclaimedAtOnce);
    if (!m_reclaimTimer.isActive() && (hasAsked || nextToReclaim({})))
        m_reclaimTimer.start(reclaimInterval);
}

std::optional<WorkerId> Pool::nextToReclaim(std::chrono::nanoseconds leastWork) const
{
    const bool mayDispatch = m_phase == Phase::Running && !m_paused && heldBecause().empty();
    return mayDispatch ? m_scheduler.nextToReclaim(leastWork) : std::nullopt;
}

/// Requests inputs from workers. Returns whether any was asked.
bool Pool::requestInputs(std::chrono::nanoseconds leastWork)
{
    bool hasAsked = false;
    while (const auto worker = nextToReclaim(leastWork)) {
        m_slots.at(*worker).connection->requestInputs(m_clock.now());
        hasAsked = true;
    }
    return hasAsked;
}

bool Pool::isAnyAskedForInputs() const
{
    return std::ranges::any_of(m_slots, [](const auto &entry) {
        const Slot &slot = entry.second;
        return slot.connection && slot.connection->isAskedForInputs();
    });
}

void Pool::reclaimInputs()
{
    bool isAnythingNew = false;
    const std::uint64_t time = m_clock.now();
    for (auto &[id, slot] : m_slots) {
        if (slot.enlisted)
            isAnythingNew |= slot.connection->reclaimInputs(time);
    }
    if (isAnythingNew)
        dispatchAll();
    requestInputs({});
    if (!isAnyAskedForInputs())
        m_reclaimTimer.stop();
}

void Pool::finishIfSettled()
{
    if (m_phase != Phase::Running)
        return;
    if (m_scheduler.allSettled())
        end(PoolEnd::How::Completed);
    reportIfAllEnded();
}

/// Ends the run once as many inputs have failed as --halt allows. To be called before anything else
/// is sent.
void Pool::haltIfFailed()
{
    const std::uint64_t failed = m_scheduler.failedCount();
    if (m_phase != Phase::Running || !m_spec.pool.halt || failed < *m_spec.pool.halt
        || m_scheduler.allSettled())
        return;
    end(PoolEnd::How::Halted,
        std::to_string(failed) + (failed == 1 ? " input" : " inputs")
            + " failed, and --halt allows no more");
}

void Pool::end(PoolEnd::How how, const std::string &error, const std::string &detail)
{
    if (m_phase == Phase::Ended)
        return;
    const bool first = m_phase != Phase::Ending;
    if (first) {
        m_end = {how, error, detail};
        m_throttling.look();
        reportCoordinatorUsage();
        if (how != PoolEnd::How::Completed)
            reportStop();
    }
    m_phase = Phase::Ending;
    if (m_feed)
        m_feed->stop();
    if (m_loader && how != PoolEnd::How::Completed)
        m_loader->kill();
    for (auto &[id, slot] : m_slots) {
        slot.restart.reset();
        if (!slot.process)
            continue;
        if (how == PoolEnd::How::Completed && slot.state == WorkerState::Ready)
            release(slot);
        else if (how != PoolEnd::How::Completed || slot.state == WorkerState::Starting)
            slot.process->kill();
    }
    if (first)
        m_patience.start(goodbyePatience);
}

void Pool::reportStop()
{
    readCosts();
    for (const auto &[id, slot] : m_slots) {
        if (slot.process && slot.enlisted)
            reportRunning(slot, slot.process->running());
    }
    m_events.take(event::RunStopped{m_clock.now()});
}

std::optional<PoolEnd> Pool::ending() const
{
    const bool ends = m_phase == Phase::Ending || m_phase == Phase::Ended;
    return ends ? std::optional(m_end) : std::nullopt;
}

void Pool::reportIfAllEnded()
{
    if (m_phase != Phase::Ending || anyWorkerLeft() || endLoader())
        return;
    m_phase = Phase::Ended;
    m_patience.stop();
    m_checkTimer.stop();
    m_reclaimTimer.stop();
    m_terminalStop.reset();
    m_descriptors.reset();
    emit ended(m_end);
}

} // namespace poolscope
