// SPDX-License-Identifier: GPL-3.0-or-later
// What the pool holds workers to, and what it finds out about their end.
#include "pool/limits.h"
#include "system/memorywatch.h"
#include "system/oomkills.h"
#include "system/processtable.h"
#include "system/stopdetector.h"
#include "wire/value.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace poolscope {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t second = 1'000'000'000;

RunSpec withTimeout(TaskSpec task, double timeout)
{
    RunSpec spec;
    spec.task = std::move(task);
    spec.pool.timeout = timeout;
    return spec;
}

TEST(StopDetector, ALongTimeBetweenTwoLooksWasAStop)
{
    StopDetector detector(10 * second, [] { return second; });
    EXPECT_FALSE(detector.look(10 * second + second / 2)) << "a busy machine";
    const auto stop = detector.look(16 * second);
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->begin, 10 * second + second / 2);
    EXPECT_EQ(stop->end, 16 * second);
    EXPECT_FALSE(detector.look(16 * second + 1));
}

TEST(StopDetector, ATimeInWhichTheThreadRanOrWaitedForACoreWasNotAStop)
{
    static std::uint64_t active = 0;
    StopDetector detector(0, [] { return active; });
    EXPECT_FALSE(detector.look(second / 2));
    active = 2 * second;
    EXPECT_FALSE(detector.look(3 * second)) << "only half a second is not accounted for";
    active = 3 * second;
    EXPECT_TRUE(detector.look(6 * second));
    EXPECT_FALSE(detector.look(6 * second + 1));
}

TEST(StopDetector, NothingIsSaidWhereTheTimeOfTheThreadCannotBeRead)
{
    static std::uint64_t active = 5 * second;
    StopDetector detector(0, [] { return active; });
    EXPECT_FALSE(detector.look(second / 2));
    active = 0;
    EXPECT_FALSE(detector.look(20 * second));
}

TEST(StopDetector, ATimeThatIsSkippedWasNotAStop)
{
    StopDetector detector(0, [] { return second; });
    detector.skipTo(5 * second);
    EXPECT_FALSE(detector.look(5 * second + second / 2));
    EXPECT_TRUE(detector.look(7 * second));
}

TEST(StopDetector, CountsTheTimeThatAThreadIsBusy)
{
    const std::uint64_t before = activeTimeOfThread();
    ASSERT_GT(before, 0U);
    // Where it did not, this would not end.
    while (activeTimeOfThread() < before + 1'000'000) { }
}

TEST(StopDetector, OnlyWhatLiesWithinCounts)
{
    const std::vector<StopInterval> stops{{10, 20}, {30, 50}};
    EXPECT_EQ(stoppedWithin(stops, 0, 10), 0U);
    EXPECT_EQ(stoppedWithin(stops, 15, 35), 5U + 5U);
    EXPECT_EQ(stoppedWithin(stops, 0, 100), 30U);
    EXPECT_EQ(stoppedWithin(stops, 60, 100), 0U);
}

TEST(Limits, ThereIsNoPatienceToLoseWithoutATimeout)
{
    EXPECT_EQ(patienceWithIteration({BuiltinTask{"sqrt", {}}, RangeInput{0, 1}, {}}), std::nullopt);
    EXPECT_EQ(patienceWithIteration(withTimeout(BuiltinTask{"sqrt", {}}, 2)), 2 * second);
}

TEST(Limits, LeavesWorkersTimeToEndProcessesThemselves)
{
    EXPECT_GT(patienceWithIteration(withTimeout(CommandTask{"true"}, 2)), 2 * second);
    EXPECT_GT(patienceWithIteration(withTimeout(FilterTask{"cat"}, 2)), 2 * second);
}

TEST(Limits, ATimeIsOverOnlyWhileSomethingRuns)
{
    const RunSpec spec = withTimeout(BuiltinTask{"sqrt", {}}, 2);
    const std::uint64_t patience = 2 * second;
    const RunningBatch running{{7, 1}, 100 * second};
    EXPECT_FALSE(timeExcess(spec, patience, running, 102 * second));
    EXPECT_FALSE(timeExcess(spec, patience, {{7, 0}, 100 * second}, 200 * second));
    EXPECT_FALSE(timeExcess(spec, patience, running, 99 * second)) << "it has begun just now";
    const auto excess = timeExcess(spec, patience, running, 102 * second + 1);
    ASSERT_TRUE(excess);
    EXPECT_EQ(excess->kind, failureTimeout);
    EXPECT_EQ(excess->indices, (IndexRange{7, 1}));
    EXPECT_EQ(excess->message, "it took longer than the timeout of 2 s");
}

TEST(MemoryWatch, SeesWhatAProcessHasToItself)
{
    MemoryWatch watch(std::nullopt);
    watch.add(getpid(), getpid());
    watch.look();
    const std::uint64_t before = watch.takenBy(getpid());
    EXPECT_GT(before, 0U);
    // Of the system itself: an allocator may keep what is freed.
    constexpr std::size_t size = 64 << 20;
    void *much = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(much, MAP_FAILED);
    std::memset(much, 'x', size);
    watch.look();
    EXPECT_GE(watch.takenBy(getpid()), before + (60 << 20));
    munmap(much, size);
    watch.look();
    EXPECT_LT(watch.takenBy(getpid()), before + (30 << 20));
    EXPECT_GE(watch.peakOf(getpid()), before + (60 << 20));
    EXPECT_FALSE(watch.isOver(getpid()));
    EXPECT_EQ(watch.takenBy(1), 0U) << "it was not told of that one";
}

TEST(MemoryWatch, TellsWhoIsOverTheLimit)
{
    MemoryWatch watch(1);
    watch.add(getpid(), getpid());
    EXPECT_FALSE(watch.isOver(getpid())) << "it has not looked";
    watch.look();
    EXPECT_TRUE(watch.isOver(getpid()));
    watch.remove(getpid());
    EXPECT_FALSE(watch.isOver(getpid()));
}

constexpr std::size_t much = 150 << 20;
constexpr std::uint64_t limit = 100 << 20;

/// Memory of which each page is taken.
void takeMuch(int flags, int file = -1)
{
    void *memory = mmap(nullptr, much, PROT_READ | PROT_WRITE, flags, file, 0);
    if (memory != MAP_FAILED)
        std::memset(memory, 'x', much);
}

/// A process that does something and then waits to be killed.
class OtherProcess {
public:
    explicit OtherProcess(const std::function<void()> &work)
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(pipe(ends.data()), 0);
        m_pid = fork();
        if (m_pid == 0) {
            prctl(PR_SET_CHILD_SUBREAPER, 1);
            work();
            EXPECT_EQ(write(ends[1], "x", 1), 1);
            waitForEver();
        }
        char done = 0;
        EXPECT_EQ(read(ends[0], &done, 1), 1);
        close(ends[0]);
        close(ends[1]);
    }
    ~OtherProcess()
    {
        killTree(m_pid);
        waitpid(m_pid, nullptr, 0);
    }
    OtherProcess(const OtherProcess &) = delete;
    OtherProcess &operator=(const OtherProcess &) = delete;

    [[noreturn]] static void waitForEver()
    {
        for (;;)
            pause();
    }
    /// In the process: starts another, in a session of its own.
    static void start(const std::function<void()> &work)
    {
        if (fork() == 0) {
            setsid();
            work();
            waitForEver();
        }
    }

    pid_t pid() const { return m_pid; }

private:
    pid_t m_pid = -1;
};

class MemoryWatchTest : public testing::Test {
protected:
    /// Looks until the condition is true.
    void lookUntil(const std::function<bool()> &condition)
    {
        const auto start = std::chrono::steady_clock::now();
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            m_watch.look();
        }
    }
    void lookUntilIsOver(pid_t worker)
    {
        lookUntil([this, worker] { return m_watch.isOver(worker); });
    }

    MemoryWatch m_watch{limit};
};

TEST_F(MemoryWatchTest, CountsSharedMemory)
{
    const OtherProcess worker([] { takeMuch(MAP_SHARED | MAP_ANONYMOUS); });
    m_watch.add(worker.pid(), worker.pid());
    m_watch.look();
    EXPECT_TRUE(m_watch.isOver(worker.pid()));
    EXPECT_GE(m_watch.takenBy(worker.pid()), much);
    EXPECT_GE(m_watch.peakOf(worker.pid()), much);
    EXPECT_FALSE(m_watch.countsOthers(worker.pid()));
}

TEST_F(MemoryWatchTest, LeavesOutWhatWorkersShareWithThisProcess)
{
    const int file = memfd_create("shared", MFD_CLOEXEC);
    ASSERT_EQ(ftruncate(file, much), 0);
    void *ours = mmap(nullptr, much, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ASSERT_NE(ours, MAP_FAILED);
    const OtherProcess worker([file] { takeMuch(MAP_SHARED, file); });
    m_watch.add(worker.pid(), worker.pid());
    m_watch.look();
    EXPECT_FALSE(m_watch.isOver(worker.pid()));
    EXPECT_LT(m_watch.peakOf(worker.pid()), limit);
    munmap(ours, much);
    m_watch.remove(worker.pid());
    m_watch.add(worker.pid(), worker.pid());
    m_watch.look();
    EXPECT_TRUE(m_watch.isOver(worker.pid())) << "it is the worker's alone now";
    close(file);
}

TEST_F(MemoryWatchTest, LeavesOutPagesOfFiles)
{
    std::string name = fs::current_path() / "poolscope-limits-XXXXXX"; // not in a tmpfs
    const int file = mkstemp(name.data());
    ASSERT_EQ(ftruncate(file, much), 0);
    unlink(name.c_str());
    const OtherProcess worker([file] {
        const void *memory = mmap(nullptr, much, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
        EXPECT_NE(memory, MAP_FAILED);
    });
    close(file);
    m_watch.add(worker.pid(), worker.pid());
    m_watch.look();
    EXPECT_FALSE(m_watch.isOver(worker.pid()));
}

TEST_F(MemoryWatchTest, CountsDescendantsInWhateverSession)
{
    const OtherProcess worker([] {
        OtherProcess::start(
            [] { OtherProcess::start([] { takeMuch(MAP_PRIVATE | MAP_ANONYMOUS); }); });
    });
    m_watch.add(worker.pid(), worker.pid());
    lookUntilIsOver(worker.pid());
    EXPECT_TRUE(m_watch.countsOthers(worker.pid()));
}

/// In a process: starts another, in a session of its own, that is an orphan at once.
void startOrphan(const std::function<void()> &work)
{
    const pid_t parent = fork();
    if (parent == 0) {
        OtherProcess::start(work);
        _exit(0);
    }
    waitpid(parent, nullptr, 0);
}

TEST_F(MemoryWatchTest, CountsOrphansThatAKeeperHasAdopted)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const OtherProcess keeper([ends] {
        const pid_t worker = fork();
        if (worker == 0) {
            startOrphan([] { takeMuch(MAP_PRIVATE | MAP_ANONYMOUS); });
            OtherProcess::waitForEver();
        }
        EXPECT_EQ(write(ends[1], &worker, sizeof(worker)), ssize_t(sizeof(worker)));
    });
    pid_t worker = 0;
    ASSERT_EQ(read(ends[0], &worker, sizeof(worker)), ssize_t(sizeof(worker)));
    m_watch.add(worker, keeper.pid());
    lookUntilIsOver(worker);
    EXPECT_TRUE(m_watch.countsOthers(worker));
    for (const int end : ends)
        close(end);
}

TEST_F(MemoryWatchTest, KeepsCountingWhatItFoundWhenItsParentEnds)
{
    const OtherProcess worker([] {
        OtherProcess::start(
            [] { OtherProcess::start([] { takeMuch(MAP_PRIVATE | MAP_ANONYMOUS); }); });
    });
    m_watch.add(worker.pid(), worker.pid());
    lookUntilIsOver(worker.pid());
    const pid_t parent = childrenOf(worker.pid()).at(0);
    const pid_t taker = childrenOf(parent).at(0);
    kill(parent, SIGKILL);
    lookUntil([parent] { return !processEntry(parent); });
    m_watch.look();
    EXPECT_TRUE(m_watch.isOver(worker.pid()));
    kill(taker, SIGKILL);
    lookUntil([taker] { return !processEntry(taker); });
    m_watch.look();
    EXPECT_FALSE(m_watch.isOver(worker.pid()));
}

TEST_F(MemoryWatchTest, CountsOnceWhatForkedProcessesShare)
{
    const OtherProcess worker([] {
        takeMuch(MAP_PRIVATE | MAP_ANONYMOUS);
        OtherProcess::start([] {});
    });
    MemoryWatch watch(much + limit);
    watch.add(worker.pid(), worker.pid());
    do
        watch.look();
    while (!watch.countsOthers(worker.pid()));
    EXPECT_FALSE(watch.isOver(worker.pid()));
    EXPECT_GE(watch.takenBy(worker.pid()), much);
    EXPECT_LT(watch.takenBy(worker.pid()), much + limit);
}

TEST(ProcessTable, KillsDescendantsAndOrphansButNotTheirSubreaper)
{
    const OtherProcess root([] {
        startOrphan([] {});
        OtherProcess::start([] {});
    });
    const std::vector<pid_t> children = childrenOf(root.pid());
    ASSERT_EQ(children.size(), 2U);
    killDescendants(root.pid());
    while (processEntry(children[0]) || processEntry(children[1]))
        std::this_thread::yield();
    EXPECT_TRUE(processEntry(root.pid()));
}

TEST(ProcessTable, KillsATreeInWhateverSessions)
{
    pid_t child = 0;
    pid_t grandchild = 0;
    {
        const OtherProcess root([] { OtherProcess::start([] { OtherProcess::start([] {}); }); });
        while (grandchild == 0) {
            const auto children = childrenOf(root.pid());
            const auto grandchildren =
                children.empty() ? std::vector<pid_t>() : childrenOf(children[0]);
            child = children.empty() ? 0 : children[0];
            grandchild = grandchildren.empty() ? 0 : grandchildren[0];
        }
        EXPECT_EQ(processEntry(child)->parent, root.pid());
        EXPECT_EQ(processEntry(grandchild)->parent, child);
    }
    while (processEntry(child) || processEntry(grandchild))
        std::this_thread::yield();
}

/// A folder that stands for the file system's root.
class OomKillsTest : public testing::Test {
protected:
    OomKillsTest()
    {
        std::string name = fs::temp_directory_path() / "poolscope-oom-XXXXXX";
        m_root = mkdtemp(name.data());
    }
    ~OomKillsTest() override { fs::remove_all(m_root); }

    void write(const std::string &path, const std::string &text) const
    {
        fs::create_directories((m_root / path).parent_path());
        std::ofstream(m_root / path) << text;
    }
    OomKills found() const { return oomKills(m_root); }

    fs::path m_root;
};

TEST_F(OomKillsTest, ReadsTheGroupOfVersion2)
{
    write("proc/self/cgroup", "0::/user/session\n");
    write("sys/fs/cgroup/user/session/memory.events", "low 0\nhigh 3\nmax 9\noom 4\noom_kill 2\n");
    write("proc/vmstat", "nr_free_pages 12\noom_kill 5\nunevictable_pgs 0\n");
    EXPECT_EQ(found().here, 2U);
    EXPECT_EQ(found().anywhere, 5U);
}

TEST_F(OomKillsTest, ReadsTheGroupOfVersion1)
{
    write("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/a/b\n");
    write("sys/fs/cgroup/memory/a/b/memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
    EXPECT_EQ(found().here, 3U);
    EXPECT_EQ(found().anywhere, 0U);
}

TEST_F(OomKillsTest, KnowsNothingWhereNothingIsTold)
{
    EXPECT_EQ(found().here, 0U);
    EXPECT_EQ(found().anywhere, 0U);
    EXPECT_EQ(oomKillsBetween({}, {}), "");
}

TEST_F(OomKillsTest, SaysWhereItStruck)
{
    EXPECT_NE(oomKillsBetween({1, 1}, {2, 2}).find("control group"), std::string::npos);
    EXPECT_NE(oomKillsBetween({1, 1}, {1, 2}).find("machine"), std::string::npos);
    EXPECT_EQ(oomKillsBetween({1, 1}, {1, 1}), "");
}

TEST_F(OomKillsTest, ArePutDownToWhatRunsWhileTheyStrike)
{
    constexpr std::uint64_t second = 1'000'000'000;
    const auto strike = [this](int times) {
        write("proc/vmstat", "oom_kill " + std::to_string(times) + "\n");
    };
    strike(1);
    OomWatch watch(m_root);
    watch.begin(second);
    EXPECT_EQ(watch.sinceBegin(), "");
    strike(2);
    EXPECT_NE(watch.sinceBegin(), "");
    watch.begin(2 * second);
    EXPECT_EQ(watch.sinceBegin(), "");
}

} // namespace
} // namespace poolscope
