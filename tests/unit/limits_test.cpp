// SPDX-License-Identifier: GPL-3.0-or-later
// What the pool holds workers to, and what it finds out about their end.
#include "pool/limits.h"
#include "pool/memorywatch.h"
#include "system/oomkills.h"
#include "wire/value.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <sys/mman.h>
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
    watch.add(getpid());
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
    watch.add(getpid());
    EXPECT_FALSE(watch.isOver(getpid())) << "it has not looked";
    watch.look();
    EXPECT_TRUE(watch.isOver(getpid()));
    watch.remove(getpid());
    EXPECT_FALSE(watch.isOver(getpid()));
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
