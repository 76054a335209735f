// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/pool.h"

#include <algorithm>
#include <chrono>
#include <sched.h>
#include <utility>

namespace poolscope {

namespace {

constexpr int goodbyePatience = 3000; // milliseconds
constexpr std::uint64_t watchTime = 50'000; // nanoseconds
constexpr int boardInterval = 20; // milliseconds
constexpr int firstBackOff = 50;
constexpr int longestBackOff = 2000;
constexpr int maxFruitlessStarts = 6;
constexpr std::uint64_t chunkBytes = 256 * 1024; // of inputs, in a chunk of automatic size
constexpr std::uint64_t heldBytes = 4 * 1024 * 1024; // of inputs, in a worker's window

std::uint64_t clockNow()
{
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

ScheduleOptions scheduleOptions(const PoolSpec &spec, const InputSource &source)
{
    ScheduleOptions options;
    options.chunks.chunk = spec.chunk;
    options.chunks.window = spec.window;
    options.retries = spec.retries;
    if (source.meanEncodedSize() > 0) {
        const std::uint64_t most = wire::maxFrameBody - 64;
        const std::uint64_t fitting = std::max<std::uint64_t>(most / source.maxEncodedSize(), 1);
        const std::uint64_t handy =
            std::max<std::uint64_t>(chunkBytes / source.meanEncodedSize(), 1);
        options.chunks.largestChunk = std::min(fitting, handy);
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

/// Whether its times lie in the past and its values are as many as it says.
bool isPlausible(const wire::Done &message)
{
    const std::uint64_t clock = clockNow();
    if (message.begun > clock || message.duration > clock - message.begun)
        return false;
    if (message.store != wire::Store::Inline)
        return true;
    wire::FieldReader values(message.values);
    for (std::uint32_t i = 0; i < message.count; ++i) {
        if (!wire::decodeOutcome(values))
            return false;
    }
    return values.atEnd();
}

std::string oneLine(const Failure &reason)
{
    return reason.type.empty() ? reason.message : reason.type + ": " + reason.message;
}

} // namespace

Pool::Pool(const RunSpec &spec, std::uint32_t workers, InputSource &source, ColumnPlace column,
    PoolListener &listener)
    : m_spec(spec)
    , m_source(source)
    , m_column(std::move(column))
    , m_listener(listener)
    , m_program(workerProgramFor(spec.task))
    , m_scheduler(scheduleOptions(spec.pool, source), source.size())
    , m_wantedWorkers(workers)
{
    // In lock-step the next answer comes within microseconds, while waking a sleeping thread takes
    // tens of them; so the loop looks again for a moment, and lets others have the core.
    connect(&m_watch, &QTimer::timeout, this, [this] {
        if (now() - m_framesTime > watchTime)
            m_watch.stop();
        else
            sched_yield();
    });
    connect(&m_boardTimer, &QTimer::timeout, this, &Pool::takeFromBoards);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        for (auto &[id, slot] : m_slots) {
            if (slot.process)
                slot.process->kill();
        }
    });
}

Pool::~Pool() = default;

void Pool::start()
{
    m_origin = clockNow();
    m_phase = Phase::Running;
    if (m_scheduler.allSettled()) {
        finishIfSettled();
        return;
    }
    m_boardTimer.start(boardInterval);
    if (!std::holds_alternative<BuiltinTask>(m_spec.task))
        m_guard = std::make_unique<GroupGuard>();
    const std::uint32_t workers = m_wantedWorkers;
    m_wantedWorkers = 0;
    setWorkerCount(workers);
}

void Pool::setWorkerCount(std::uint32_t count)
{
    if (m_phase == Phase::Idle)
        m_wantedWorkers = count;
    if (m_phase != Phase::Running || count == m_wantedWorkers)
        return;
    m_wantedWorkers = count;
    m_listener.resized(count, now());
    for (WorkerId id = 1; id <= count; ++id) {
        Slot &slot = slotFor(id);
        slot.wanted = true;
        if (!slot.process && !slot.restart && m_phase == Phase::Running) {
            slot.fruitlessStarts = 0;
            startWorker(slot);
        }
    }
    for (auto slot = m_slots.upper_bound(count); slot != m_slots.end(); ++slot)
        retire(slot->second);
}

Pool::Slot &Pool::slotFor(WorkerId id)
{
    Slot &slot = m_slots[id];
    slot.id = id;
    return slot;
}

void Pool::startWorker(Slot &slot)
{
    slot.restart.reset();
    slot.dismissed = false;
    slot.saidGoodbye = false;
    slot.answeredAny = false;
    slot.broken.clear();
    slot.lastEnded = 0;
    slot.runningAtOutput = {};
    setState(slot, WorkerState::Starting);

    auto *process = new WorkerProcess(this);
    slot.process = process;
    if (m_guard)
        connect(process, &WorkerProcess::started, this,
            [this, process] { m_guard->add(process->pid()); });
    connect(process, &WorkerProcess::received, this, [this, &slot] { takeFrames(slot); });
    connect(process, &WorkerProcess::ended, this, [this, &slot] { processEnded(slot); });
    connect(process, &WorkerProcess::wroteToStandardError, this,
        [this, &slot](const QByteArray &text) { wroteToStandardError(slot, text); });
    connect(
        process, &WorkerProcess::failedToStart, this,
        [this, &slot](const QString &reason) { processFailedToStart(slot, reason); },
        Qt::QueuedConnection);
    process->start(m_program);
}

void Pool::setState(Slot &slot, WorkerState state)
{
    slot.state = state;
    m_listener.workerChanged(slot.id, state, now());
}

/// Takes a worker out of the pool: after its chunk if it has work, at once if it is not ready yet.
void Pool::retire(Slot &slot)
{
    if (!slot.wanted)
        return;
    slot.wanted = false;
    slot.restart.reset();
    if (slot.state == WorkerState::Ready) {
        m_scheduler.retireWorker(slot.id);
        letGo(slot);
    } else if (slot.state == WorkerState::Starting) {
        dismiss(slot);
        slot.process->kill();
    }
}

void Pool::dismiss(Slot &slot)
{
    slot.dismissed = true;
    setState(slot, WorkerState::Leaving);
}

void Pool::letGo(Slot &slot)
{
    dismiss(slot);
    std::string goodbye;
    wire::encodeGoodbye(goodbye, wire::MessageType::PoolGoodbye);
    slot.process->send(goodbye);
}

void Pool::pause()
{
    if (m_paused || m_phase != Phase::Running)
        return;
    m_paused = true;
    m_listener.paused(now());
}

void Pool::resume()
{
    if (!m_paused)
        return;
    m_paused = false;
    m_listener.resumed(now());
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
    status.settled = m_scheduler.settledCount();
    status.paused = m_paused;
    status.heldByConsumer = m_scheduler.heldByLimit();
    return status;
}

/// A worker that is long on an iteration cannot send what it finished just before.
void Pool::takeFromBoards()
{
    constexpr std::uint64_t silence = 10'000'000; // nanoseconds
    for (auto &[id, slot] : m_slots) {
        if (slot.enlisted && slot.broken.empty() && now() - slot.lastFrames > silence)
            slot.process->takeFromBoard();
    }
}

void Pool::takeFrames(Slot &slot)
{
    const std::uint64_t lastFrames = std::exchange(m_framesTime, now());
    slot.lastFrames = m_framesTime;
    if (m_framesTime - lastFrames < watchTime && !m_watch.isActive())
        m_watch.start(0);
    while (slot.broken.empty()) {
        const auto frame = slot.process->nextFrame();
        if (!frame)
            break;
        handle(slot, *frame);
    }
    if (!slot.process->streamError().empty())
        malformed(slot, slot.process->streamError());
    if (std::exchange(m_moreToDispatch, false))
        dispatchAll();
    else
        dispatch(slot);
    finishIfSettled();
}

void Pool::handle(Slot &slot, const wire::Frame &frame)
{
    const auto take = [&](auto message, auto action) {
        if (message)
            (this->*action)(slot, *message);
        else
            malformed(slot, message.error().message);
    };
    switch (frame.type) {
    case wire::MessageType::Hello:
        take(wire::decodeHello(frame.body), &Pool::greeted);
        break;
    case wire::MessageType::Ready:
        if (slot.state == WorkerState::Starting) {
            m_scheduler.addWorker(slot.id);
            slot.enlisted = true;
            m_everReady = true;
            setState(slot, WorkerState::Ready);
        }
        break;
    case wire::MessageType::Refused:
        take(wire::decodeRefused(frame.body), &Pool::refused);
        break;
    case wire::MessageType::Done:
        take(wire::decodeDone(frame.body), &Pool::done);
        break;
    case wire::MessageType::Stations:
        take(wire::decodeStations(frame.body), &Pool::stationsCame);
        break;
    case wire::MessageType::Printed:
        take(wire::decodePrinted(frame.body), &Pool::printed);
        break;
    case wire::MessageType::WorkerGoodbye:
        slot.saidGoodbye = true;
        break;
    default:
        break; // the decoder lets nothing else through
    }
}

void Pool::greeted(Slot &slot, const wire::Hello &hello)
{
    m_listener.workerIntroduced(slot.id, {hello.pid, hello.host, hello.runtime});
    std::string setup;
    wire::encode(setup, setupFor(slot));
    slot.process->send(setup);
}

void Pool::refused(Slot &, const wire::Refused &refusal)
{
    end(PoolEnd::How::Failed, "the task cannot be set up: " + oneLine(refusal.reason),
        refusal.reason.detail);
}

void Pool::done(Slot &slot, const wire::Done &message)
{
    const IndexRange indices{message.first, message.count};
    if (!isPlausible(message)) {
        malformed(slot, "an answer is malformed");
        return;
    }
    if (slot.inFlight.empty()
        || !m_scheduler.answered(slot.id, indices, std::chrono::nanoseconds(message.duration))) {
        malformed(slot, "it answered inputs that it was not given");
        return;
    }
    const Span span{sinceOrigin(message.begun), message.duration, message.first, message.count};
    InFlight &chunk = slot.inFlight.front();
    if (chunk.stations.spans++ == 0) {
        chunk.stations.begun = span.begin;
        const std::uint64_t idleSince = std::max(slot.lastEnded, chunk.stations.sent);
        if (slot.lastEnded > 0 && span.begin > idleSince)
            m_scheduler.measuredHandover(std::chrono::nanoseconds(span.begin - idleSince));
    }
    chunk.stations.ended = slot.lastEnded = span.begin + span.duration;
    chunk.rest -= indices.count;
    if (chunk.rest == 0) {
        slot.answered.push_back(chunk.stations);
        slot.inFlight.pop_front();
    }
    slot.answeredAny = true;
    slot.fruitlessStarts = 0;
    if (message.store == wire::Store::Inline) {
        const std::vector<std::uint64_t> again = retriedOf(slot, message);
        m_listener.spanDone(slot.id, span);
        inlineDone(slot, message, again);
        return;
    }
    m_listener.spanDone(slot.id, span);
    m_listener.numbersDone(indices,
        message.store == wire::Store::ColumnReal ? OutcomeKind::Real : OutcomeKind::Integer,
        m_framesTime);
}

/// The failed ones that will be tried again; the listener learns of them before their span.
std::vector<std::uint64_t> Pool::retriedOf(Slot &slot, const wire::Done &message)
{
    std::vector<std::uint64_t> again;
    wire::FieldReader values(message.values);
    for (std::uint64_t index = message.first; index < message.first + message.count; ++index) {
        if (wire::decodeOutcome(values)->kind != OutcomeKind::Failure
            || m_scheduler.failed(index) != Scheduler::AfterFailure::Retry)
            continue;
        m_listener.attemptFailed(index, slot.id, m_framesTime);
        m_moreToDispatch = true;
        again.push_back(index);
    }
    return again;
}

void Pool::inlineDone(
    Slot &slot, const wire::Done &message, const std::vector<std::uint64_t> &again)
{
    wire::FieldReader values(message.values);
    auto retried = again.begin();
    for (std::uint64_t index = message.first; index < message.first + message.count; ++index) {
        const auto outcome = wire::decodeOutcome(values);
        if (retried != again.end() && *retried == index)
            ++retried;
        else
            m_listener.outcomeDone(index, *outcome, slot.id, m_framesTime);
    }
}

void Pool::stationsCame(Slot &slot, const wire::Stations &message)
{
    for (ChunkStations &chunk : slot.answered) {
        chunk.received = sinceOrigin(message.received);
        chunk.answered = sinceOrigin(message.answered);
        chunk.decoded = m_framesTime;
        m_listener.chunkDone(slot.id, chunk);
    }
    slot.answered.clear();
    m_listener.workerUsed(slot.id, {message.cpu, message.runQueue, message.maxRss});
}

void Pool::printed(Slot &slot, const wire::Printed &message)
{
    slot.process->keepOutput({message.text.data(), static_cast<qsizetype>(message.text.size())});
    const auto source = message.stream == wire::Stream::Output ? Output::Source::TaskOutput
                                                               : Output::Source::TaskError;
    m_listener.workerPrinted(slot.id, {source, {message.index, 1}, message.text}, m_framesTime);
}

/// It was printed at some time since the last output came: by what ran then, what runs now, or what
/// lies between.
void Pool::wroteToStandardError(Slot &slot, const QByteArray &text)
{
    const IndexRange now = slot.process->board().runningBatch();
    const IndexRange before = std::exchange(slot.runningAtOutput, now);
    IndexRange running;
    if (before.count > 0 && now.count > 0 && before.first <= now.first)
        running = {before.first, now.end() - before.first};
    m_listener.workerPrinted(slot.id,
        {Output::Source::Process, running,
            {text.constData(), static_cast<std::size_t>(text.size())}},
        this->now());
}

/// A worker that does not keep to the protocol is as good as dead.
void Pool::malformed(Slot &slot, const std::string &what)
{
    if (!slot.broken.empty())
        return;
    slot.broken = "it broke the protocol: " + what;
    slot.process->kill();
}

void Pool::processFailedToStart(Slot &slot, const QString &reason)
{
    const std::string how = "cannot start " + m_program.program + ": " + reason.toStdString();
    std::exchange(slot.process, nullptr)->deleteLater();
    setState(slot, WorkerState::Dead);
    if (!m_everReady)
        end(PoolEnd::How::Failed, how);
    ++slot.fruitlessStarts;
    if (m_phase == Phase::Running) {
        m_listener.workerDied(slot.id, {}, how, now());
        if (slot.wanted)
            restart(slot);
        endIfNoneIsLeft(how);
    }
    reportIfAllEnded();
}

void Pool::processEnded(Slot &slot)
{
    const std::string how = slot.broken.empty() ? slot.process->ending() : slot.broken;
    const bool told = slot.dismissed || m_phase != Phase::Running;
    if (!told || (slot.enlisted && !slot.saidGoodbye))
        workerDied(slot, how);
    else if (slot.enlisted)
        m_scheduler.workerLeft(slot.id);
    if (m_guard)
        m_guard->remove(slot.process->pid());
    slot.enlisted = false;
    slot.inFlight.clear();
    slot.answered.clear();
    std::exchange(slot.process, nullptr)->deleteLater();
    setState(slot, told ? WorkerState::Gone : WorkerState::Dead);

    if (m_phase == Phase::Running && slot.wanted)
        restart(slot);
    dispatchAll();
    finishIfSettled();
    endIfNoneIsLeft(how);
    reportIfAllEnded();
}

void Pool::workerDied(Slot &slot, const std::string &how)
{
    const BoardPage &board = slot.process->board();
    IndexRange suspects;
    if (slot.enlisted) {
        suspects = board.inUse() ? board.runningBatch() : m_scheduler.unansweredOf(slot.id);
        const auto after = m_scheduler.workerDied(slot.id, suspects);
        for (const std::uint64_t index : after.quarantined)
            quarantine(index, slot, how);
    }
    if (m_phase == Phase::Running)
        m_listener.workerDied(slot.id, suspects, how, now());
    if (!slot.answeredAny && suspects.count == 0)
        ++slot.fruitlessStarts;
}

void Pool::quarantine(std::uint64_t index, const Slot &slot, const std::string &how)
{
    const std::string message = "the worker died on this input twice: " + how;
    const QByteArray &output = slot.process->lastOutput();
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure.kind = failureQuarantined;
    outcome.failure.message = message;
    outcome.failure.detail = {output.constData(), static_cast<std::size_t>(output.size())};
    m_listener.outcomeDone(index, outcome, slot.id, now());
}

/// Starts a worker anew: at once, after a while if it keeps dying before it does anything, and in
/// the end no more.
void Pool::restart(Slot &slot)
{
    if (slot.fruitlessStarts >= maxFruitlessStarts)
        return;
    int delay = 0;
    if (slot.fruitlessStarts > 0)
        delay = std::min(firstBackOff << (slot.fruitlessStarts - 1), longestBackOff);
    slot.restart = std::make_unique<QTimer>();
    slot.restart->setSingleShot(true);
    connect(slot.restart.get(), &QTimer::timeout, this, [this, &slot] {
        slot.restart.release()->deleteLater();
        startWorker(slot);
    });
    slot.restart->start(delay);
}

void Pool::endIfNoneIsLeft(const std::string &how)
{
    if (m_phase == Phase::Running && !anyWorkerLeft())
        end(PoolEnd::How::Failed, "no worker stays alive: " + how);
}

bool Pool::anyWorkerLeft() const
{
    return std::any_of(m_slots.begin(), m_slots.end(),
        [](const auto &entry) { return entry.second.process || entry.second.restart; });
}

void Pool::dispatch(Slot &slot)
{
    const bool ready = slot.state == WorkerState::Ready && slot.broken.empty();
    if (m_phase != Phase::Running || m_paused || !ready)
        return;
    constexpr std::size_t sendSize = 256 * 1024;
    const std::uint64_t time = now();
    m_frames.clear();
    while (const auto chunk = m_scheduler.nextChunk(slot.id)) {
        if (!encodeChunk(*chunk))
            return;
        InFlight &inFlight = slot.inFlight.emplace_back();
        inFlight.rest = chunk->count;
        inFlight.stations.sent = time;
        if (m_frames.size() >= sendSize) {
            slot.process->send(m_frames);
            m_frames.clear();
        }
    }
    if (!m_frames.empty())
        slot.process->send(m_frames);
    if (!slot.inFlight.empty() && !std::exchange(m_dispatched, true))
        m_listener.firstDispatch(time);
}

bool Pool::encodeChunk(const IndexRange &chunk)
{
    m_items.clear();
    if (const auto encoded = m_source.encode(chunk.first, chunk.count, m_items); !encoded) {
        end(PoolEnd::How::Failed, encoded.error().message);
        return false;
    }
    wire::encode(
        m_frames, wire::Work{chunk.first, static_cast<std::uint32_t>(chunk.count), m_items});
    return true;
}

void Pool::dispatchAll()
{
    for (auto &[id, slot] : m_slots)
        dispatch(slot);
}

void Pool::finishIfSettled()
{
    if (m_phase != Phase::Running || !m_scheduler.allSettled())
        return;
    end(PoolEnd::How::Completed);
    reportIfAllEnded();
}

void Pool::end(PoolEnd::How how, const std::string &error, const std::string &detail)
{
    if (m_phase == Phase::Ended)
        return;
    const bool first = m_phase != Phase::Ending;
    if (first)
        m_end = {how, error, detail};
    m_phase = Phase::Ending;
    for (auto &[id, slot] : m_slots) {
        slot.restart.reset();
        if (!slot.process)
            continue;
        if (how == PoolEnd::How::Completed && slot.state == WorkerState::Ready)
            letGo(slot);
        else if (how != PoolEnd::How::Completed || slot.state == WorkerState::Starting)
            slot.process->kill();
    }
    if (first)
        m_patience.start(goodbyePatience);
}

void Pool::reportIfAllEnded()
{
    if (m_phase != Phase::Ending || anyWorkerLeft())
        return;
    m_phase = Phase::Ended;
    m_patience.stop();
    m_boardTimer.stop();
    m_guard.reset();
    emit ended(m_end);
}

wire::Setup Pool::setupFor(const Slot &slot) const
{
    wire::Setup setup;
    setup.worker = slot.id;
    if (const auto *python = std::get_if<PythonTask>(&m_spec.task)) {
        setup.task = wire::TaskKind::Python;
        setup.target = python->target;
        setup.arguments = python->initialiser;
    } else if (const auto *builtin = std::get_if<BuiltinTask>(&m_spec.task)) {
        setup.target = builtin->name;
        setup.arguments = builtin->arguments;
    }
    if (const auto *range = std::get_if<RangeInput>(&m_spec.input)) {
        setup.rangeStart = range->start;
        setup.rangeStep = range->step;
    } else {
        setup.input = wire::InputKind::Items;
    }
    setup.columnPath = m_column.path;
    setup.columnCells = m_column.cells;
    setup.boardPath = slot.process->board().path();
    return setup;
}

std::uint64_t Pool::now() const
{
    return clockNow() - m_origin;
}

std::uint64_t Pool::sinceOrigin(std::uint64_t clock) const
{
    return clock > m_origin ? clock - m_origin : 0;
}

} // namespace poolscope
