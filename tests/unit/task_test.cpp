// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/processusage.h"
#include "system/throttlewatch.h"
#include "system/usablecores.h"
#include "task/builtin.h"

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <semaphore>
#include <thread>
#include <unistd.h>

namespace poolscope {
namespace {

NumberTask numberTask(std::string_view name, std::string_view arguments = {})
{
    return std::get<NumberTask>(makeBuiltin(name, arguments).value());
}

std::int64_t integer(std::string_view name, std::int64_t input, std::string_view arguments = {})
{
    std::uint64_t cell = 0;
    numberTask(name, arguments).run({input, 1, 1}, &cell, {});
    return static_cast<std::int64_t>(cell);
}

TEST(Builtin, SqrtIsThatOfTheStandardLibrary)
{
    std::vector<std::uint64_t> cells(1000);
    EXPECT_EQ(numberTask("sqrt").run({-3, 7, cells.size()}, cells.data(), {}), cells.size());
    EXPECT_TRUE(std::isnan(std::bit_cast<double>(cells[0])));
    for (std::size_t i = 1; i < cells.size(); ++i)
        EXPECT_EQ(std::bit_cast<double>(cells[i]), std::sqrt(static_cast<double>(i * 7) - 3));
}

TEST(Builtin, IsPrimeKnowsPrimes)
{
    int count = 0;
    for (int n = -10; n < 10'000; ++n)
        count += static_cast<int>(integer("is_prime", n));
    EXPECT_EQ(count, 1229);
    EXPECT_EQ(integer("is_prime", 2'147'483'647), 1);
}

TEST(Builtin, CollatzCountsSteps)
{
    EXPECT_EQ(integer("collatz", 27), 111);
    EXPECT_EQ(integer("collatz", 1), 0);
    EXPECT_EQ(integer("collatz", 0), 0);
}

TEST(Builtin, Sha256IsThatOfTheStandard)
{
    const auto task = std::get<TextTask>(makeBuiltin("sha256", "").value());
    // FIPS 180-4, example "abc"
    EXPECT_EQ(
        task.runText("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Builtin, TheSameInputGivesTheSameValue)
{
    for (const char *name : {"mandelbrot", "memory_walk"})
        EXPECT_EQ(integer(name, 17, "2"), integer(name, 17, "2")) << name;
    EXPECT_EQ(integer("heavy_tail", 17, "2"), integer("heavy_tail", 17, "2"));
    EXPECT_NE(integer("heavy_tail", 17, "2"), integer("heavy_tail", 18, "2"));
}

TEST(Builtin, SaysWhatIsWrong)
{
    const auto unknown = makeBuiltin("sqr", "");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("there are: sqrt, is_prime"), std::string::npos);
    EXPECT_FALSE(makeBuiltin("sqrt", "3"));
    EXPECT_FALSE(makeBuiltin("sleep_ms", "x"));
    EXPECT_FALSE(makeBuiltin("sleep_ms", "-1"));
    EXPECT_FALSE(numberTask("is_prime").runText("seven"));
    EXPECT_EQ(numberTask("is_prime").runText(" 7 "), 1U);
}

class CgroupQuota : public testing::Test {
protected:
    ~CgroupQuota() override { std::filesystem::remove_all(m_root); }
    void write(const std::string &file, const std::string &text)
    {
        std::filesystem::create_directories((m_root / file).parent_path());
        std::ofstream(m_root / file) << text << '\n';
    }
    std::filesystem::path m_root =
        testing::TempDir() + "poolscope-cgroup-" + std::to_string(getpid());
};

TEST_F(CgroupQuota, IsNoneWhereNothingSaysSo)
{
    EXPECT_EQ(cgroupQuota(m_root), 0);
    write("proc/self/cgroup", "0::/app");
    write("sys/fs/cgroup/app/cpu.max", "max 100000");
    EXPECT_EQ(cgroupQuota(m_root), 0);
}

TEST_F(CgroupQuota, OfVersion2IsTheLeastOnTheWayUp)
{
    write("proc/self/cgroup", "0::/outer/inner");
    write("sys/fs/cgroup/outer/cpu.max", "150000 100000");
    write("sys/fs/cgroup/outer/inner/cpu.max", "400000 100000");
    EXPECT_DOUBLE_EQ(cgroupQuota(m_root), 1.5);
}

TEST_F(CgroupQuota, OfVersion1)
{
    write("proc/self/cgroup", "4:memory:/m\n3:cpu,cpuacct:/docker/x");
    write("sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us", "50000");
    write("sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1");
    EXPECT_DOUBLE_EQ(cgroupQuota(m_root), 0.5);
}

TEST_F(CgroupQuota, TellsForHowLongItHeldProcessesBack)
{
    write("proc/self/cgroup", "0::/outer/inner");
    write("sys/fs/cgroup/outer/cpu.max", "150000 100000");
    write("sys/fs/cgroup/outer/cpu.stat", "usage_usec 9\nnr_throttled 3\nthrottled_usec 100\n");
    ThrottleWatch watch(m_root);
    EXPECT_EQ(watch.throttled(), 0U); // before it began
    write("sys/fs/cgroup/outer/cpu.stat", "usage_usec 9\nnr_throttled 5\nthrottled_usec 350\n");
    watch.look();
    EXPECT_EQ(watch.throttled(), 250'000U);
}

TEST_F(CgroupQuota, OfVersion1TellsTheSame)
{
    write("proc/self/cgroup", "1:cpu:/x");
    write("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "50000");
    write("sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000");
    write("sys/fs/cgroup/cpu/x/cpu.stat", "nr_periods 9\nthrottled_time 1000\n");
    ThrottleWatch watch(m_root);
    write("sys/fs/cgroup/cpu/x/cpu.stat", "nr_periods 9\nthrottled_time 5000\n");
    watch.look();
    EXPECT_EQ(watch.throttled(), 4000U);
}

TEST(ProcessUsage, IsThatOfTheProcess)
{
    const auto usage = usageOf(getpid());
    ASSERT_TRUE(usage);
    EXPECT_GT(usage->cpu, 0U);
    EXPECT_GT(threadCpu(), 0U);
    EXPECT_LE(usage->cpu, usageOf(getpid())->cpu);
    EXPECT_FALSE(usageOf(0));
}

TEST(ProcessUsage, CountsThreads)
{
    EXPECT_EQ(threadsOf(getpid()).count, 1U);
    std::binary_semaphore end(0);
    std::jthread other([&] { end.acquire(); });
    EXPECT_EQ(threadsOf(getpid()).count, 2U);
    end.release();
}

TEST(UsableCores, AreAtLeastOne)
{
    EXPECT_GE(usableCores(), 1U);
}

} // namespace
} // namespace poolscope
