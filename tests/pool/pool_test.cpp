// SPDX-License-Identifier: GPL-3.0-or-later
// The pool with real processes: what is settled, what dies, what is left.
#include "run/run.h"

#include "run/runsaving.h"
#include "runfile/runfilereader.h"

#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTimer>
#include <cmath>
#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <sys/stat.h>

namespace poolscope {
namespace {

constexpr int deadline = 180'000; // milliseconds

class PoolTest : public testing::Test {
protected:
    /// A Python file with a function f(x); its name is the task.
    PythonTask python(const std::string &body)
    {
        const QString path = m_folder.filePath(QStringLiteral("task.py"));
        QFile file(path);
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(
            QByteArray::fromStdString("import math, os, signal, socket, sys, time\n" + body));
        return {path.toStdString() + ":f"};
    }
    /// Makes the file whose name is the Python file's with this ending.
    void touch(const char *ending)
    {
        QFile file(m_folder.filePath(QStringLiteral("task.py") + QLatin1String(ending)));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
    }
    /// An executable script.
    std::string script(const std::string &text)
    {
        const QString path = m_folder.filePath(QStringLiteral("script"));
        QFile file(path);
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(text));
        file.close();
        chmod(path.toLocal8Bit().constData(), 0700);
        return path.toStdString();
    }

    poolscope::Run &prepare(TaskSpec task, std::int64_t inputs, PoolSpec pool)
    {
        auto run = poolscope::Run::prepare({std::move(task), RangeInput{0, inputs}, pool}, {});
        EXPECT_TRUE(run);
        m_run = std::move(*run);
        return *m_run;
    }
    std::string filePath() const
    {
        return m_folder.filePath(QStringLiteral("run.poolscope")).toStdString();
    }
    /// A run that is kept in a run file.
    poolscope::Run &prepareKept(const RunSpec &spec)
    {
        auto opened = poolscope::Run::open(spec, {});
        EXPECT_TRUE(opened);
        EXPECT_TRUE(saveRun(*opened, filePath(), RunFile::IfExists::Refuse));
        m_run = std::make_unique<poolscope::Run>(std::move(*opened));
        return *m_run;
    }
    std::optional<RunState> stateInFile() const
    {
        const auto info = readRunFileInfo(filePath());
        return info ? std::optional(info->progress.state) : std::nullopt;
    }
    /// Turns the event loop until the condition holds.
    void waitFor(const std::function<bool()> &condition)
    {
        QEventLoop loop;
        QTimer poll;
        QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
            if (condition())
                loop.quit();
        });
        poll.start(1);
        QTimer::singleShot(deadline, &loop, [&] { loop.exit(1); });
        ASSERT_EQ(loop.exec(), 0) << "the condition did not come about";
    }
    void waitForEnd()
    {
        waitFor([this] { return m_run->isFinished(); });
    }
    PoolEnd::How runToEnd()
    {
        m_run->start();
        waitForEnd();
        return m_run->end().how;
    }

    void expectSquareRoots(const std::set<std::uint64_t> &except = {})
    {
        for (std::uint64_t i = 0; i < m_run->inputCount(); ++i) {
            ASSERT_TRUE(m_run->outcomes().has(i)) << i;
            const auto outcome = m_run->outcomes().read(i);
            ASSERT_TRUE(outcome);
            if (except.contains(i))
                EXPECT_EQ(outcome->view.kind, OutcomeKind::Failure);
            else
                ASSERT_EQ(outcome->view.real, std::sqrt(static_cast<double>(i)));
        }
    }
    void expectEveryIterationOnALane()
    {
        std::uint64_t iterations = 0;
        for (std::size_t i = 0; i < m_run->timeline().workerCount(); ++i) {
            const WorkerRecord &worker = m_run->timeline().worker(i);
            std::uint64_t ofWorker = 0;
            std::uint64_t end = 0;
            worker.lane().forEach(0, worker.lane().size(), [&](const Span &span) {
                EXPECT_GE(span.begin, end);
                end = span.begin + span.duration;
                ofWorker += span.count;
            });
            EXPECT_EQ(ofWorker, worker.iterations());
            iterations += ofWorker;
        }
        EXPECT_EQ(iterations, m_run->inputCount());
    }
    std::size_t count(Mark::Kind kind) const
    {
        return countIf([kind](const Mark &mark) { return mark.kind == kind; });
    }
    std::size_t deaths() const
    {
        return countIf([](const Mark &mark) { return hasState(mark, WorkerState::Dead); });
    }
    template <typename Condition> std::size_t countIf(Condition condition) const
    {
        const AppendLog<Mark> &marks = m_run->timeline().marks();
        std::size_t found = 0;
        for (std::size_t i = 0; i < marks.size(); ++i)
            found += condition(marks[i]);
        return found;
    }
    /// Valid until the next call.
    FailureView failureOf(std::uint64_t index)
    {
        auto outcome = m_run->outcomes().read(index);
        EXPECT_TRUE(outcome);
        if (!outcome)
            return {};
        m_outcome = std::move(*outcome);
        EXPECT_EQ(m_outcome.view.kind, OutcomeKind::Failure);
        return m_outcome.view.failure;
    }
    std::uint32_t pidOf(std::size_t worker) const
    {
        return m_run->timeline().workerCount() > worker
            ? m_run->timeline().worker(worker).identity().pid
            : 0;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<poolscope::Run> m_run;
    StoredOutcome m_outcome;
};

const char *const squareRoot = "def f(x): return math.sqrt(x)\n";

PoolSpec workers(std::uint32_t count)
{
    PoolSpec pool;
    pool.workers = count;
    return pool;
}

PoolSpec lockStep(std::uint32_t count, std::uint64_t chunk = 1)
{
    return {count, chunk, 1, 0};
}

TEST_F(PoolTest, SettlesEveryInput)
{
    prepare(BuiltinTask{"sqrt", {}}, 300'000, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots();
    expectEveryIterationOnALane();
}

TEST_F(PoolTest, RecordsTheTimesOfEveryChunkInOrder)
{
    prepare(BuiltinTask{"sqrt", {}}, 3000, {2, 3, 4, 0});
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    std::uint64_t chunks = 0;
    std::uint64_t spans = 0;
    std::uint64_t spansOfChunks = 0;
    for (std::size_t i = 0; i < m_run->timeline().workerCount(); ++i) {
        const WorkerRecord &worker = m_run->timeline().worker(i);
        spans += worker.lane().size();
        ChunkTimeLog::Reader reader(worker.chunkTimes(), worker.lane());
        while (const auto chunk = reader.next()) {
            ++chunks;
            spansOfChunks += chunk->spans;
            EXPECT_LE(chunk->sent, chunk->received);
            EXPECT_LE(chunk->received, chunk->begun);
            EXPECT_LE(chunk->begun, chunk->ended);
            EXPECT_LE(chunk->ended, chunk->answered);
            EXPECT_LE(chunk->answered, chunk->decoded);
        }
    }
    EXPECT_EQ(spansOfChunks, spans);
    EXPECT_GE(chunks, 1000U) << "more where a worker without work was given the rest of one";
}

TEST_F(PoolTest, EndsAtOnceWithoutInputs)
{
    prepare(BuiltinTask{"sqrt", {}}, 0, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    EXPECT_EQ(m_run->timeline().workerCount(), 0U);
}

TEST_F(PoolTest, RunsTwoHundredWorkers)
{
    prepare(BuiltinTask{"sqrt", {}}, 20'000, lockStep(200, 10));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    EXPECT_EQ(m_run->timeline().workerCount(), 200U);
    expectSquareRoots();
}

TEST_F(PoolTest, QuarantinesTheInputThatKillsItsWorker)
{
    prepare(python("def f(x):\n"
                   "  if x in (7, 50): os.kill(os.getpid(), signal.SIGSEGV)\n"
                   "  return math.sqrt(x)\n"),
        100, {2, 10, std::nullopt, 0});
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots({7, 50});
    EXPECT_EQ(m_run->timeline().quarantined(), 2U);
    const auto outcome = m_run->outcomes().read(7);
    EXPECT_EQ(outcome->view.failure.kind, "quarantined");
    EXPECT_NE(outcome->view.failure.message.find("SIGSEGV"), std::string_view::npos);
    EXPECT_EQ(deaths(), 4U);
}

TEST_F(PoolTest, KeepsWhatAKilledWorkerHadFinished)
{
    prepare(python("def f(x):\n"
                   "  open(__file__ + '.calls', 'a').write(f'{x}\\n')\n"
                   "  time.sleep(0.0005)\n"
                   "  if x == 60: os.kill(os.getpid(), signal.SIGKILL)\n"
                   "  return math.sqrt(x)\n"),
        100, {1, 100, 1, 0});
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots({60});
    QFile calls(m_folder.filePath(QStringLiteral("task.py.calls")));
    ASSERT_TRUE(calls.open(QIODevice::ReadOnly));
    std::map<int, int> times;
    while (!calls.atEnd())
        ++times[calls.readLine().trimmed().toInt()];
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(times[i], i == 60 ? 2 : 1) << i;
}

TEST_F(PoolTest, ReplacesWorkersThatAreKilledFromOutside)
{
    poolscope::Run &run = prepare(
        python("def f(x):\n  time.sleep(0.0002)\n  return math.sqrt(x)\n"), 4000, lockStep(2, 20));
    run.start();
    for (int kill = 0; kill < 6; ++kill) {
        const auto before = run.timeline().settled();
        waitFor([&] { return run.timeline().settled() > before + 200 || run.isFinished(); });
        if (const auto pid = pidOf(kill % 2); pid > 0 && !run.isFinished())
            ::kill(static_cast<pid_t>(pid), SIGKILL);
    }
    waitForEnd();
    EXPECT_EQ(run.end().how, PoolEnd::How::Completed);
    EXPECT_GE(deaths(), 1U);
    expectSquareRoots();
}

TEST_F(PoolTest, AnExceptionFailsItsInputAlone)
{
    prepare(
        python("def f(x):\n  if x % 10 == 3: raise ValueError(f'no {x}')\n  return math.sqrt(x)\n"),
        1000, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    EXPECT_EQ(m_run->timeline().failed(), 100U);
    const auto outcome = m_run->outcomes().read(13);
    EXPECT_EQ(outcome->view.failure.type, "ValueError");
    EXPECT_EQ(outcome->view.failure.message, "no 13");
    EXPECT_NE(outcome->view.failure.detail.find("task.py"), std::string_view::npos);
}

TEST_F(PoolTest, TriesFailuresAgain)
{
    PoolSpec pool = workers(2);
    pool.retries = 2;
    prepare(python("seen = {}\n"
                   "def f(x):\n"
                   "  try: os.mkdir(f'{__file__}.{x}')\n"
                   "  except FileExistsError: return math.sqrt(x)\n"
                   "  raise OSError('the first time')\n"),
        50, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots();
    EXPECT_EQ(m_run->timeline().attempts(), 100U);
    EXPECT_EQ(count(Mark::Kind::Retried), 50U);
}

TEST_F(PoolTest, GrowsAndShrinksUnderLoad)
{
    // Each worker has its first inputs; what comes late waits until all workers have come.
    poolscope::Run &run = prepare(python("calls = 0\n"
                                         "def f(x):\n"
                                         "  global calls\n"
                                         "  calls += 1\n"
                                         "  while x >= 10_000 and calls > 50:\n"
                                         "    if os.path.exists(__file__ + '.go'): break\n"
                                         "    time.sleep(0.001)\n"
                                         "  time.sleep(0.0002)\n"
                                         "  return math.sqrt(x)\n"),
        20'000, lockStep(1, 5));
    run.start();
    waitFor([&] { return run.timeline().settled() > 50; });
    run.setWorkerCount(6);
    waitFor([&] {
        return run.timeline().workerCount() == 6 && run.timeline().worker(5).iterations() > 20;
    });
    touch(".go");
    run.setWorkerCount(2);
    waitFor([&] { return run.timeline().worker(5).state() == WorkerState::Gone; });
    const auto gone = run.timeline().worker(5).iterations();
    run.setWorkerCount(4);
    run.setWorkerCount(3);
    run.setWorkerCount(4);
    waitForEnd();
    EXPECT_EQ(run.timeline().worker(5).iterations(), gone);
    EXPECT_EQ(count(Mark::Kind::Resized), 6U);
    EXPECT_EQ(count(Mark::Kind::Failed), 0U);
    expectSquareRoots();
    expectEveryIterationOnALane();
}

TEST_F(PoolTest, PausesAndResumes)
{
    poolscope::Run &run = prepare(
        python("def f(x):\n  time.sleep(0.0002)\n  return math.sqrt(x)\n"), 5000, lockStep(2, 5));
    run.start();
    waitFor([&] { return run.timeline().settled() > 100; });
    run.pause();
    waitFor([&] { return run.status().paused; });
    std::uint64_t last = 0;
    waitFor([&] {
        return std::exchange(last, run.timeline().settled()) == run.timeline().settled()
            && run.timeline().settled() % 5 == 0;
    });
    QElapsedTimer paused;
    paused.start();
    waitFor([&] { return paused.hasExpired(50); });
    EXPECT_EQ(run.timeline().settled(), last);
    EXPECT_LT(run.timeline().settled(), 5000U);
    run.resume();
    waitForEnd();
    EXPECT_EQ(run.end().how, PoolEnd::How::Completed);
    expectSquareRoots();
}

class CancelTest : public PoolTest, public testing::WithParamInterface<int> { };

TEST_P(CancelTest, LeavesNoProcessAndKeepsWhatIsSettled)
{
    poolscope::Run &run = prepare(
        python("def f(x):\n  time.sleep(0.001)\n  return math.sqrt(x)\n"), 100'000, lockStep(3, 3));
    run.start();
    const auto stage = static_cast<std::uint64_t>(GetParam());
    if (stage > 0)
        waitFor([&] { return run.timeline().settled() >= stage - 1 && pidOf(2) > 0; });
    run.cancel();
    waitForEnd();
    EXPECT_EQ(run.end().how, PoolEnd::How::Cancelled);
    for (std::size_t i = 0; i < run.timeline().workerCount(); ++i) {
        const auto pid = static_cast<pid_t>(pidOf(i));
        EXPECT_TRUE(pid == 0 || ::kill(pid, 0) == -1) << "a worker is left";
    }
    std::uint64_t kept = 0;
    for (std::uint64_t i = 0; i < run.inputCount(); ++i)
        kept += run.outcomes().has(i);
    EXPECT_EQ(kept, run.timeline().settled());
}

INSTANTIATE_TEST_SUITE_P(AtEveryStage, CancelTest, testing::Values(0, 1, 2, 100));

TEST_F(PoolTest, IsCancelledByItsDestruction)
{
    poolscope::Run &run = prepare(python("def f(x):\n  time.sleep(3600)\n"), 10, lockStep(2));
    run.start();
    waitFor([&] { return pidOf(1) > 0; });
    const auto pid = static_cast<pid_t>(pidOf(1));
    m_run.reset();
    EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(PoolTest, SaysThatTheProgramIsMissing)
{
    PythonTask task = python(squareRoot);
    task.interpreter = "/no/such/python";
    prepare(task, 10, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Failed);
    EXPECT_NE(m_run->end().error.find("/no/such/python"), std::string::npos);
}

TEST_F(PoolTest, SaysWhyATaskCannotBeSetUp)
{
    prepare(python("raise RuntimeError('not today')\ndef f(x): return x\n"), 10, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Failed);
    EXPECT_NE(m_run->end().error.find("RuntimeError: not today"), std::string::npos);
}

TEST_F(PoolTest, GivesUpOnWorkersThatDieAtOnce)
{
    PythonTask task = python(squareRoot);
    task.interpreter = script("#!/bin/sh\nkill -9 $$\n");
    prepare(task, 10, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Failed);
    EXPECT_NE(m_run->end().error.find("SIGKILL"), std::string::npos) << m_run->end().error;
}

TEST_F(PoolTest, TreatsGarbageOnTheChannelAsADeath)
{
    PythonTask task = python(squareRoot);
    task.interpreter = script("#!/bin/sh\nhead -c 100000 /dev/urandom >&0\nsleep 60\n");
    prepare(task, 10, workers(1));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Failed);
    EXPECT_NE(m_run->end().error.find("protocol"), std::string::npos) << m_run->end().error;
}

TEST_F(PoolTest, ReplacesAWorkerThatBreaksTheProtocol)
{
    // The first worker writes over its own channel; those after it are as they should be.
    prepare(
        python(
            "def f(x):\n"
            "  if x == 5 and not os.path.exists(__file__ + '.once'):\n"
            "    open(__file__ + '.once', 'w').close()\n"
            "    for fd in map(int, os.listdir('/proc/self/fd')):\n"
            "      try: socket.socket(fileno=os.dup(fd)).send(b'garbage, and more than a header')\n"
            "      except OSError: pass\n"
            "  return math.sqrt(x)\n"),
        50, lockStep(1, 10));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots();
    EXPECT_GE(deaths(), 1U);
}

TEST_F(PoolTest, TagsWhatTasksPrint)
{
    prepare(python("def f(x):\n"
                   "  if x % 10 == 0: print('input', x)\n"
                   "  if x == 77: print('end of', x, end='', file=sys.stderr)\n"
                   "  return math.sqrt(x)\n"),
        10'000, workers(2));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    std::map<std::string, IndexRange> lines;
    for (const LogLine &line : m_run->log().entries(0).entries) {
        EXPECT_TRUE(line->worker == WorkerId{1} || line->worker == WorkerId{2});
        lines[line->text] = line->running;
    }
    EXPECT_EQ(lines.size(), 1001U);
    for (std::uint64_t index = 0; index < 10'000; index += 10)
        EXPECT_EQ(lines["input " + std::to_string(index)], (IndexRange{index, 1}));
    EXPECT_EQ(lines["end of 77"], (IndexRange{77, 1}));
    expectSquareRoots();
}

TEST_F(PoolTest, LeavesNoInputOutOfThoseThatMayHavePrinted)
{
    PoolSpec pool = lockStep(1, 10);
    pool.retries = 1;
    prepare(python("tried = set()\n"
                   "def f(x):\n"
                   "  os.write(2, b'input %d\\n' % x)\n"
                   "  if x % 1000 == 999: time.sleep(0.1)\n"
                   "  if x % 100 == 50 and x not in tried:\n"
                   "    tried.add(x)\n"
                   "    raise ValueError\n"
                   "  return math.sqrt(x)\n"),
        5000, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    std::size_t lines = 0;
    std::size_t known = 0;
    for (const LogLine &line : m_run->log().entries(0).entries) {
        ++lines;
        known += line->running.count > 0 ? 1 : 0;
        const std::uint64_t index = std::stoull(line->text.substr(6));
        EXPECT_TRUE(line->running.count == 0 || line->running.contains(index))
            << line->text << ", told of " << line->running.count << " from " << line->running.first;
    }
    EXPECT_EQ(lines, 5050U);
    EXPECT_GT(known, 0U);
}

TEST_F(PoolTest, AnInputThatTakesTooLongFailsAlone)
{
    PoolSpec pool{2, 20, std::nullopt, 0};
    pool.timeout = 1.5;
    prepare(python("def f(x):\n"
                   "  if x in (7, 50): time.sleep(3600)\n"
                   "  return math.sqrt(x)\n"),
        100, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots({7, 50});
    EXPECT_EQ(m_run->timeline().quarantined(), 0U);
    EXPECT_EQ(count(Mark::Kind::GivenUp), 2U);
    const FailureView failure = failureOf(50);
    EXPECT_EQ(failure.kind, "timeout");
    EXPECT_EQ(failure.message, "it took longer than the timeout of 1.5 s");
    EXPECT_EQ(failure.context.attempts, 1U);
    EXPECT_NE(failure.context.worker, noWorker);
    EXPECT_GT(failure.context.memory, 0U);
}

TEST_F(PoolTest, ATimeoutKillsWhatTheTaskHasStarted)
{
    PoolSpec pool = lockStep(1);
    pool.timeout = 0.3;
    pool.retries = 100; // until it was quick enough to start something
    prepare(python("import subprocess\n"
                   "def f(x):\n"
                   "  if os.path.exists(__file__ + '.pid'): return\n"
                   "  p = subprocess.Popen(['sleep', '3600'])\n"
                   "  open(__file__ + '.new', 'w').write(str(p.pid))\n"
                   "  os.rename(__file__ + '.new', __file__ + '.pid')\n"
                   "  p.wait()\n"),
        1, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    QFile file(m_folder.filePath(QStringLiteral("task.py.pid")));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    const auto pid = static_cast<pid_t>(file.readAll().toInt());
    ASSERT_GT(pid, 0);
    waitFor([pid] { return ::kill(pid, 0) == -1; });
}

TEST_F(PoolTest, ATimeoutHasItsRetries)
{
    PoolSpec pool = lockStep(1);
    pool.timeout = 0.3;
    pool.retries = 1;
    prepare(python("def f(x):\n"
                   "  try: os.mkdir(f'{__file__}.{x}')\n"
                   "  except FileExistsError: return math.sqrt(x)\n"
                   "  if x == 3: time.sleep(3600)\n"
                   "  return math.sqrt(x)\n"),
        5, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots();
}

TEST_F(PoolTest, AnInputThatTakesTooMuchMemoryFailsAlone)
{
    PoolSpec pool = lockStep(2, 5);
    pool.memoryLimit = 200ULL << 20;
    prepare(python("def f(x):\n"
                   "  if x == 13:\n"
                   "    kept = []\n"
                   "    while True: kept.append(b'x' * (1 << 20)); time.sleep(0.0005)\n"
                   "  return math.sqrt(x)\n"),
        40, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots({13});
    const FailureView failure = failureOf(13);
    EXPECT_EQ(failure.kind, "memory");
    EXPECT_GT(failure.context.memory, 200ULL << 20);
    EXPECT_NE(failure.message.find("more than the memory limit of 200 MiB"), std::string::npos)
        << failure.message;
}

TEST_F(PoolTest, CountsTheMemoryOfWhatATaskHasStarted)
{
    PoolSpec pool = lockStep(1);
    pool.memoryLimit = 200ULL << 20;
    prepare(python("import subprocess\n"
                   "def f(x):\n"
                   "  if x == 1: subprocess.run([sys.executable, '-c',\n"
                   "    'import time; kept = b\"x\" * (300 << 20); time.sleep(3600)'])\n"
                   "  return math.sqrt(x)\n"),
        3, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots({1});
    EXPECT_EQ(failureOf(1).kind, "memory");
}

TEST_F(PoolTest, ReplacesAWorkerAfterItsIterations)
{
    PoolSpec pool = workers(2);
    pool.recycle = 30;
    prepare(python("def f(x):\n"
                   "  open(__file__ + f'.{os.getpid()}', 'a').write('.')\n"
                   "  return math.sqrt(x)\n"),
        200, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots();
    EXPECT_EQ(deaths(), 0U);
    std::uint64_t processes = 0;
    for (const QString &name : QDir(m_folder.path()).entryList({QStringLiteral("task.py.*")})) {
        EXPECT_LE(QFileInfo(m_folder.filePath(name)).size(), 30) << name.toStdString();
        ++processes;
    }
    EXPECT_GE(processes, 7U);
    EXPECT_GE(m_run->timeline().worker(0).restarts() + m_run->timeline().worker(1).restarts(), 5U);
}

TEST_F(PoolTest, HaltsAfterSoManyFailures)
{
    PoolSpec pool = lockStep(2);
    pool.halt = 3;
    prepare(python("def f(x):\n  if x % 10 == 3: raise ValueError(x)\n  return math.sqrt(x)\n"),
        100'000, pool);
    EXPECT_EQ(runToEnd(), PoolEnd::How::Halted);
    EXPECT_NE(m_run->end().error.find("failed"), std::string::npos);
    EXPECT_GE(m_run->timeline().failed(), 3U);
    EXPECT_LT(m_run->timeline().settled(), 10'000U);
}

TEST_F(PoolTest, SaysWithWhatStatusAWorkerEnded)
{
    prepare(
        python("def f(x):\n"
               "  if x == 2: sys.stderr.write('out of paper\\n'); sys.stderr.flush(); os._exit(7)\n"
               "  return math.sqrt(x)\n"),
        5, lockStep(1));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    const FailureView failure = failureOf(2);
    EXPECT_EQ(failure.context.exitStatus, 7);
    EXPECT_EQ(failure.context.signal, 0);
    EXPECT_EQ(failure.context.attempts, 2U);
    EXPECT_NE(failure.message.find("ended by itself with status 7"), std::string::npos);
    EXPECT_NE(failure.detail.find("out of paper"), std::string::npos);
}

TEST_F(PoolTest, TriesSettledFailuresAgainWhenAsked)
{
    poolscope::Run &run = prepare(
        python("def f(x):\n"
               "  if x == 19:\n"
               "    while not os.path.exists(__file__ + '.go'): time.sleep(0.001)\n"
               "  if x < 10 and not os.path.exists(__file__ + '.well'): raise ValueError(x)\n"
               "  return math.sqrt(x)\n"),
        20, lockStep(2));
    run.start();
    waitFor([&] { return run.timeline().settled() == 19; });
    EXPECT_EQ(run.timeline().failed(), 10U);
    touch(".well");
    run.retry({0, 1, 1, 5, 12, 19, 7'000});
    waitFor([&] { return run.timeline().failed() == 7 && run.timeline().settled() == 19; });
    EXPECT_EQ(run.timeline().succeeded(), 12U);
    EXPECT_EQ(count(Mark::Kind::Reopened), 3U);
    touch(".go");
    waitForEnd();
    expectSquareRoots({2, 3, 4, 6, 7, 8, 9});
    run.retry({2});
    EXPECT_TRUE(run.outcomes().has(2)) << "the run has ended";
}

TEST_F(PoolTest, ASettledRunIsRecordedAsCompletedThoughItIsDestroyedBeforeItsWorkersEnd)
{
    const RunSpec spec{python("import atexit\n"
                              "atexit.register(time.sleep, 1000)\n"
                              "f = math.sqrt\n"),
        RangeInput{0, 5}, lockStep(1)};
    prepareKept(spec).start();
    waitFor([&] { return m_run->timeline().settled() == 5; });
    EXPECT_FALSE(m_run->isFinished());
    m_run.reset();
    EXPECT_EQ(stateInFile(), RunState::Completed);
}

TEST_F(PoolTest, ARunThatIsDestroyedIsRecordedAsCancelled)
{
    const RunSpec spec{BuiltinTask{"sleep_ms", "1000000"}, RangeInput{0, 5}, lockStep(1)};
    prepareKept(spec).start();
    waitFor([&] { return m_run->timeline().workerCount() == 1; });
    m_run.reset();
    EXPECT_EQ(stateInFile(), RunState::Cancelled);
}

TEST_F(PoolTest, WaitsWhileAHolderHasAReason)
{
    RangeInput range{0, 2000};
    auto source = openInput(range);
    ASSERT_TRUE(source);
    auto outcomes = OutcomeStore::make(2000, OutcomeStore::Keep::All);
    ASSERT_TRUE(outcomes);
    Timeline timeline;
    RunLog log;
    Recorder recorder(timeline, **outcomes, log, nullptr, Recorder::Retention::Everything,
        [](const std::string &) {});
    const RunSpec spec{BuiltinTask{"sqrt", {}}, range, lockStep(1, 10)};
    Pool pool(spec, 1, **source, {(*outcomes)->columnPath(), (*outcomes)->columnCells()}, recorder);
    pool.start();
    pool.setHold(Holder::Outcomes, "no room");
    pool.setHold(Holder::Journal, "no room either");
    waitFor([&] {
        return timeline.workerCount() == 1 && timeline.worker(0).state() == WorkerState::Ready;
    });
    EXPECT_EQ(pool.status().heldBecause, "no room");
    pool.setHold(Holder::Outcomes, {});
    EXPECT_EQ(pool.status().heldBecause, "no room either");
    EXPECT_EQ(timeline.settled(), 0U);
    bool ended = false;
    QObject::connect(&pool, &Pool::ended, &pool, [&ended] { ended = true; });
    pool.setHold(Holder::Journal, {});
    waitFor([&] { return ended; });
    EXPECT_EQ(timeline.settled(), 2000U);
    EXPECT_NE(log.entries(0).entries.at(0)->text.find("no room"), std::string::npos);
}

TEST_F(PoolTest, HoldsBackWhenNobodyReads)
{
    auto prepared =
        poolscope::Run::prepare({BuiltinTask{"sqrt", {}}, RangeInput{0, 1LL << 40}, workers(2)},
            {OutcomeStore::Keep::UntilRead, false});
    ASSERT_TRUE(prepared);
    m_run = std::move(*prepared);
    poolscope::Run &run = *m_run;
    const std::uint64_t ring = run.outcomes().columnCells();
    run.start();
    waitFor([&] { return run.outcomes().firstMissing(0) == ring && run.status().heldByConsumer; });
    EXPECT_EQ(run.timeline().settled(), ring);
    for (std::uint64_t at = ring / 8; at <= ring; at += ring / 8)
        run.releaseBelow(at);
    waitFor([&] { return run.outcomes().firstMissing(ring) == 2 * ring; });
    run.cancel();
    waitForEnd();
}

} // namespace
} // namespace poolscope
