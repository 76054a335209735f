// SPDX-License-Identifier: GPL-3.0-or-later
// The pool with real processes: what is settled, what dies, what is left.
#include "record/run.h"

#include <QEventLoop>
#include <QFile>
#include <QTemporaryDir>
#include <QTimer>
#include <bit>
#include <cmath>
#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <sys/stat.h>

namespace poolscope {
namespace {

constexpr int deadline = 60'000; // milliseconds

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
        const AppendLog<Mark> &marks = m_run->timeline().marks();
        std::size_t found = 0;
        for (std::size_t i = 0; i < marks.size(); ++i)
            found += marks[i].kind == kind;
        return found;
    }
    std::uint32_t pidOf(std::size_t worker) const
    {
        return m_run->timeline().workerCount() > worker
            ? m_run->timeline().worker(worker).identity().pid
            : 0;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<poolscope::Run> m_run;
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

TEST_F(PoolTest, RecordsTheStationsOfEveryChunkInOrder)
{
    prepare(BuiltinTask{"sqrt", {}}, 3000, {2, 3, 4, 0});
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    std::uint64_t chunks = 0;
    for (std::size_t i = 0; i < m_run->timeline().workerCount(); ++i) {
        const WorkerRecord &worker = m_run->timeline().worker(i);
        StationLog::Reader reader(worker.stations(), worker.lane());
        while (const auto chunk = reader.next()) {
            ++chunks;
            EXPECT_LE(chunk->sent, chunk->received);
            EXPECT_LE(chunk->received, chunk->begun);
            EXPECT_LE(chunk->begun, chunk->ended);
            EXPECT_LE(chunk->ended, chunk->answered);
            EXPECT_LE(chunk->answered, chunk->decoded);
        }
    }
    EXPECT_EQ(chunks, 1000U);
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
    EXPECT_EQ(count(Mark::Kind::Dead), 4U);
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
    EXPECT_GE(count(Mark::Kind::Dead), 1U);
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
    poolscope::Run &run = prepare(
        python("def f(x):\n  time.sleep(0.0002)\n  return math.sqrt(x)\n"), 20'000, lockStep(1, 5));
    run.start();
    waitFor([&] { return run.timeline().settled() > 50; });
    run.setWorkerCount(6);
    waitFor([&] {
        return run.timeline().workerCount() == 6 && run.timeline().worker(5).iterations() > 20;
    });
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
        python("def f(x):\n  time.sleep(0.0002)\n  return math.sqrt(x)\n"), 2000, lockStep(2, 5));
    run.start();
    waitFor([&] { return run.timeline().settled() > 100; });
    run.pause();
    waitFor([&] { return run.status().paused; });
    std::uint64_t last = 0;
    waitFor([&] {
        return std::exchange(last, run.timeline().settled()) == run.timeline().settled()
            && run.timeline().settled() % 5 == 0;
    });
    EXPECT_LT(run.timeline().settled(), 2000U);
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
    task.interpreter = script("#!/bin/sh\nhead -c 100000 /dev/urandom\nsleep 60\n");
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
            "    for fd in range(3, 20):\n"
            "      try: socket.socket(fileno=os.dup(fd)).send(b'garbage, and more than a header')\n"
            "      except OSError: pass\n"
            "  return math.sqrt(x)\n"),
        50, lockStep(1, 10));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    expectSquareRoots();
    EXPECT_GE(count(Mark::Kind::Dead), 1U);
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
    for (const LogEntry &entry : m_run->log().entriesFrom(0).entries) {
        EXPECT_TRUE(entry.worker == 1 || entry.worker == 2);
        lines[entry.text] = entry.running;
    }
    EXPECT_EQ(lines.size(), 1001U);
    for (std::uint64_t index = 0; index < 10'000; index += 10)
        EXPECT_EQ(lines["input " + std::to_string(index)], (IndexRange{index, 1}));
    EXPECT_EQ(lines["end of 77"], (IndexRange{77, 1}));
    expectSquareRoots();
}

TEST_F(PoolTest, LeavesNoInputOutOfThoseThatMayHavePrinted)
{
    prepare(python("def f(x):\n  os.write(2, b'input %d\\n' % x)\n  return math.sqrt(x)\n"), 500,
        lockStep(1, 10));
    EXPECT_EQ(runToEnd(), PoolEnd::How::Completed);
    std::size_t lines = 0;
    for (const LogEntry &entry : m_run->log().entriesFrom(0).entries) {
        ++lines;
        const std::uint64_t index = std::stoull(entry.text.substr(6));
        EXPECT_TRUE(entry.running.count == 0 || entry.running.contains(index)) << entry.text;
    }
    EXPECT_EQ(lines, 500U);
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
