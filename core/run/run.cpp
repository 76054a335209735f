// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/run.h"

#include "pool/taskinput.h"
#include "spec/specfolder.h"
#include "spec/tasktraits.h"
#include "system/usablecores.h"

#include <QTimer>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>

namespace poolscope {

namespace {

constexpr int statusInterval = 15; // milliseconds
constexpr int roomInterval = 500;
constexpr int journalInterval = 200;
constexpr std::chrono::seconds filePatience(5); // when the run is destroyed

RunState stateAfter(PoolEnd::How how)
{
    switch (how) {
    case PoolEnd::How::Completed:
        return RunState::Completed;
    case PoolEnd::How::Cancelled:
        return RunState::Cancelled;
    case PoolEnd::How::Failed:
        return RunState::Failed;
    case PoolEnd::How::Halted:
        return RunState::Halted;
    case PoolEnd::How::WrongValues:
        return RunState::WrongValues;
    }
    return RunState::Failed;
}

/// PYTHONHASHSEED of the environment, or a random seed if it is not set.
std::string newHashSeed()
{
    const char *given = std::getenv("PYTHONHASHSEED");
    const std::string seed = given ? given : "";
    return seed.empty() || seed == "random" ? std::to_string(std::random_device()()) : seed;
}

/// The input with its attempts, if it has failed.
std::optional<TriedIndex> failedInput(const OutcomeStore &outcomes, std::uint64_t index)
{
    const auto outcome = outcomes.read(index);
    if (!outcome || outcome->view.kind != OutcomeKind::Failure)
        return std::nullopt;
    return TriedIndex{index, outcome->view.failure.context.attempts};
}

} // namespace

Result<Run::Opened> Run::open(const RunSpec &spec, Reading reading)
{
    return openInput(spec.input).and_then([&](std::unique_ptr<InputSource> source) {
        return open(spec, std::move(source), std::move(reading));
    });
}

Result<Run::Opened> Run::open(
    const RunSpec &spec, std::unique_ptr<InputSource> source, Reading reading)
{
    if (const auto suits = checkInputSuits(spec.task, *source); !suits)
        return tl::unexpected(suits.error());
    auto record = std::make_unique<RunRecord>();
    SpecOrigin origin{spec, currentFolder()};
    if (traitsOf(spec.task).runsPython && spec.hashSeed.empty())
        origin.spec.hashSeed = newHashSeed();
    record->origin = std::move(origin);
    record->machine = thisMachine();
    record->startedAt = secondsSince1970();
    const bool grows = source->growing() != nullptr;
    record->inputCount = source->size();
    record->areInputsComplete = !grows;
    auto inputs = source->duplicate();
    if (!inputs)
        return tl::unexpected(inputs.error());
    record->inputs = std::move(*inputs);
    if (grows && reading.keep == OutcomeStore::Keep::All)
        return failure("standard input can be read by 'poolscope run' only; name a file of lines");
    const std::uint64_t most = grows ? UINT64_MAX : source->size();
    const std::optional<ColumnFile> file =
        reading.columnFor && !grows ? reading.columnFor(most) : std::nullopt;
    auto outcomes =
        file ? OutcomeStore::makeIn(*file, most) : OutcomeStore::make(most, reading.keep);
    if (!outcomes)
        return tl::unexpected(outcomes.error());
    record->outcomes = std::move(*outcomes);
    return Opened{std::move(reading), std::move(source), std::move(record)};
}

Result<std::unique_ptr<Run>> Run::prepare(const RunSpec &spec, Reading reading)
{
    return open(spec, std::move(reading)).map([](Opened opened) {
        return std::make_unique<Run>(std::move(opened));
    });
}

Run::Run(Opened opened)
    : m_source(std::move(opened.source))
    , m_record(std::move(opened.record))
    , m_recorder(std::make_unique<Recorder>(m_record->timeline, *m_record->outcomes, m_record->log,
          opened.reading.wantsSettledOrder ? &m_settled : nullptr, opened.reading.timeline,
          [this](const std::string &error) { m_pool->fail(error); }))
{
    const RunSpec &spec = this->spec();
    OutcomeStore &outcomes = *m_record->outcomes;
    const std::uint32_t workers = spec.pool.workers.value_or(usableCores());
    const ColumnRing column{outcomes.columnPath(), outcomes.columnCells(), outcomes.columnOffset()};
    m_pool = new Pool(spec, workers, *m_source, column, *m_recorder, opened.reading.values);
    m_publishedLimit = outcomes.limit();
    m_pool->setLimit(m_publishedLimit);
    m_status.wantedWorkers = workers;
    if (opened.file)
        keepIn(std::move(opened.file), std::move(opened.written));
    continueRecord(opened);
    m_pool->moveToThread(&m_thread);
    m_poolThread.moveToThread(&m_thread);
    connectPool();
}

/// Resumes the run of a record that has events already. Does nothing for a new run.
void Run::continueRecord(const Opened &opened)
{
    if (m_record->elapsed == 0)
        return;
    for (const std::uint64_t index : opened.toRetry) {
        if (const auto tried = failedInput(*m_record->outcomes, index))
            m_pool->failedBefore(*tried);
        m_recorder->take(event::InputReopened{index, m_record->elapsed});
    }
    const std::vector<IndexRange> settled = m_record->outcomes->settled();
    m_pool->continueFrom(settled, m_record->elapsed);
    m_recorder->take(event::RunContinued{m_record->elapsed});
    if (!opened.reading.wantsSettledOrder)
        return;
    const auto lock = m_settled.lock();
    for (const IndexRange &range : settled)
        m_settled.add(range);
}

void Run::connectPool()
{
    // The last snapshot of a run that is destroyed before its end is of this moment.
    connect(&m_thread, &QThread::finished, m_pool, [this] {
        publishStatus(*m_pool);
        m_poolEnding = m_pool->ending();
    });
    connect(&m_thread, &QThread::finished, m_pool, &QObject::deleteLater);
    connect(m_pool, &Pool::ended, m_pool, [this](const PoolEnd &end) { takePoolEnd(end); });
}

void Run::takePoolEnd(const PoolEnd &end)
{
    publishStatus(*m_pool); // before the end is reported
    const bool started = m_pool->origin() > 0;
    const RunClock clock{started ? m_pool->origin() : RunClock::monotonic()};
    if (m_journal)
        m_journal->finish(lastSnapshot(clock, stateAfter(end.how), end.error));
    {
        const std::lock_guard lock(m_mutex);
        m_poolEnd = end;
    }
    onThisThread([this] { takeEnd(); });
}

void Run::keepIn(std::unique_ptr<RunFile> file, RecordPositions written)
{
    m_fileIsClosed = false;
    const auto setProblem = [this](const std::string &problem) {
        const std::lock_guard lock(m_mutex);
        m_fileProblem = problem;
    };
    Journal::Callbacks callbacks;
    callbacks.written = [this](const RecordPositions &reached) {
        m_recorder->written(reached);
        onThisThread([this] { release(); });
    };
    callbacks.stuck = [this, setProblem](const std::string &why) {
        setProblem(why);
        onPoolThread([why](Pool &pool) { pool.setHold(Holder::Journal, why); });
    };
    callbacks.unstuck = [this, setProblem] {
        setProblem({});
        onPoolThread([](Pool &pool) { pool.setHold(Holder::Journal, {}); });
    };
    callbacks.lost = [this](const std::string &why) {
        const std::lock_guard lock(m_mutex);
        m_fileLoss = why;
        m_fileProblem.clear();
    };
    callbacks.closed = [this] {
        onThisThread([this] {
            m_fileIsClosed = true;
            finishIfDone();
        });
    };
    m_journal = std::make_unique<Journal>(
        std::move(file), *m_record, std::move(written), std::move(callbacks));
    m_recorder->takeSnapshots(m_record->outcomes->columnCells() / 8, [this] {
        // The record is consistent only once the pool has handled the present event.
        QMetaObject::invokeMethod(
            m_pool, [this] { notifyJournal(*m_pool); }, Qt::QueuedConnection);
    });
}

void Run::notifyJournal(const Pool &pool)
{
    publishStatus(pool);
    RecordSnapshot snapshot = snapshotNow({pool.origin()});
    const Timeline &timeline = m_record->timeline;
    bool isUnderWay = false; // unfinished spans are longer than before
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        isUnderWay |= timeline.worker(i).openSpan().count > 0;
    if (snapshot.settled.empty() && snapshot.reached == m_journalReached && !isUnderWay)
        return;
    m_journalReached = snapshot.reached;
    m_journal->note(std::move(snapshot));
}

/// Returns a snapshot with the inputs of the published status.
RecordSnapshot Run::snapshotNow(const RunClock &clock)
{
    RecordSnapshot snapshot = m_recorder->snapshot(clock.now());
    snapshot.progress.inputsArrived = m_record->inputCount;
    snapshot.progress.areInputsComplete = m_record->areInputsComplete;
    return snapshot;
}

RecordSnapshot Run::lastSnapshot(const RunClock &clock, RunState state, const std::string &error)
{
    RecordSnapshot snapshot = snapshotNow(clock);
    snapshot.progress.state = state;
    snapshot.progress.error = error;
    return snapshot;
}

void Run::takeEnd()
{
    {
        const std::lock_guard lock(m_mutex);
        m_end = *m_poolEnd;
    }
    m_finishedAt = now();
    m_poolHasEnded = true;
    finishIfDone();
}

void Run::finishIfDone()
{
    if (!m_poolHasEnded || !m_fileIsClosed || m_finished)
        return;
    m_finished = true;
    emit finished();
}

Run::~Run()
{
    const bool started = m_thread.isRunning();
    if (started) {
        m_thread.quit();
        m_thread.wait();
    } else {
        delete m_pool;
    }
    if (!m_journal)
        return;
    if (!m_poolEnd) {
        const PoolEnd end = m_poolEnding.value_or(PoolEnd{PoolEnd::How::Cancelled, {}, {}});
        m_journal->finish(lastSnapshot(
            {started ? m_origin.load() : RunClock::monotonic()}, stateAfter(end.how), end.error));
    }
    m_journal->waitUntilClosed(filePatience);
    m_journal.reset(); // its callbacks use this object
}

void Run::start()
{
    m_thread.setObjectName(QStringLiteral("pool"));
    m_thread.start();
    if (!m_thread.isRunning()) {
        takePoolEnd({PoolEnd::How::Failed, "cannot start a thread for the run", {}});
        return;
    }
    onPoolThread([this](Pool &pool) {
        auto *timer = new QTimer(&pool);
        QObject::connect(timer, &QTimer::timeout, &pool, [this, &pool] {
            holdWhileThereIsNoRoom(pool);
            publishStatus(pool);
        });
        QObject::connect(&pool, &Pool::ended, timer, &QTimer::stop);
        timer->start(statusInterval);
        if (m_journal) {
            auto *journalTimer = new QTimer(&pool);
            QObject::connect(
                journalTimer, &QTimer::timeout, &pool, [this, &pool] { notifyJournal(pool); });
            QObject::connect(&pool, &Pool::ended, journalTimer, &QTimer::stop);
            journalTimer->start(journalInterval);
        }
        pool.start();
        m_origin = pool.origin();
        publishStatus(pool);
    });
}

void Run::setWorkerCount(std::uint32_t count)
{
    onPoolThread([count](Pool &pool) { pool.setWorkerCount(count); });
}

void Run::pause()
{
    onPoolThread([](Pool &pool) { pool.pause(); });
}

void Run::resume()
{
    onPoolThread([](Pool &pool) { pool.resume(); });
}

void Run::cancel()
{
    if (m_poolHasEnded && m_journal)
        m_journal->abandon();
    onPoolThread([](Pool &pool) { pool.cancel(); });
}

void Run::retry(std::vector<std::uint64_t> indices)
{
    onPoolThread([this, indices = std::move(indices)](Pool &pool) mutable {
        if (!pool.isRunning())
            return;
        std::sort(indices.begin(), indices.end());
        indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
        std::vector<TriedIndex> failed;
        for (const std::uint64_t index : indices) {
            if (const auto tried = failedInput(*m_record->outcomes, index))
                failed.push_back(*tried);
        }
        pool.retry(failed);
    });
}

/// Holds the pool while outcomes stay in memory because the disk is full.
void Run::holdWhileThereIsNoRoom(Pool &pool)
{
    OutcomeStore &outcomes = *m_record->outcomes;
    if (!outcomes.obstacle().empty() && (m_waitedForRoom += statusInterval) >= roomInterval) {
        m_waitedForRoom = 0;
        if (const auto made = outcomes.makeWay(); !made)
            pool.fail(made.error().message);
    }
    pool.setHold(Holder::Outcomes, outcomes.obstacle());
}

std::uint64_t Run::now() const
{
    if (m_poolHasEnded)
        return m_finishedAt;
    const std::uint64_t origin = m_origin;
    return origin == 0 ? 0 : RunClock{origin}.now();
}

PoolStatus Run::status() const
{
    const std::lock_guard lock(m_mutex);
    return m_status;
}

Run::Settled Run::takeSettled(std::uint64_t from)
{
    const std::unique_lock lock = m_settled.lock();
    return {m_settled.take(), m_record->outcomes->firstMissing(from)};
}

std::string Run::fileProblem() const
{
    const std::lock_guard lock(m_mutex);
    return m_fileProblem;
}

std::string Run::fileLoss() const
{
    const std::lock_guard lock(m_mutex);
    return m_fileLoss;
}

Result<void> Run::fileResult() const
{
    return m_journal ? m_journal->result() : Result<void>();
}

void Run::releaseBelow(std::uint64_t index)
{
    m_readBelow = index;
    release();
}

/// Releases outcomes that were read and, if there is a run file, written to it.
void Run::release()
{
    m_record->outcomes->releaseBelow(
        m_journal ? std::min(m_readBelow, m_journal->writtenBelow()) : m_readBelow);
    const std::uint64_t limit = m_record->outcomes->limit();
    // A message for each eighth of the ring is often enough, and costs the pool little.
    if (limit - m_publishedLimit < m_record->outcomes->columnCells() / 8
        && limit != m_record->inputCount)
        return;
    if (limit == m_publishedLimit)
        return;
    m_publishedLimit = limit;
    onPoolThread([limit](Pool &pool) { pool.setLimit(limit); });
}

/// Calls `action` on the pool's thread, unless that has ended. Any thread.
void Run::onPoolThread(std::function<void(Pool &)> action)
{
    QMetaObject::invokeMethod(
        &m_poolThread, [this, action = std::move(action)] { action(*m_pool); },
        Qt::QueuedConnection);
}

/// Calls `action` on the thread of the run. Any thread.
void Run::onThisThread(std::function<void()> action)
{
    QMetaObject::invokeMethod(this, std::move(action), Qt::QueuedConnection);
}

void Run::publishStatus(const Pool &pool)
{
    const PoolStatus status = pool.status();
    m_record->inputCount = status.inputCount;
    m_record->areInputsComplete = status.areInputsComplete;
    const std::lock_guard lock(m_mutex);
    m_status = status;
}

} // namespace poolscope
