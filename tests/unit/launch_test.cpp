// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/descriptor.h"
#include "watch/launch.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace poolscope::watch {
namespace {

constexpr int patience = 60'000; // milliseconds

TEST(LaunchedCommand, EndsWithItsStatusOrSignal)
{
    auto exits = LaunchedCommand::start({{"sh", "-c", "exit $STATUS"}, {{"STATUS", "7"}}, {}});
    ASSERT_TRUE(exits);
    const auto status = exits->wait(patience);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->status, 7);
    EXPECT_EQ(status->signal, 0);
    auto killed = LaunchedCommand::start({{"sh", "-c", "kill -USR1 $$"}, {}, {}});
    ASSERT_TRUE(killed);
    const auto signal = killed->wait(patience);
    ASSERT_TRUE(signal);
    EXPECT_EQ(signal->signal, SIGUSR1);
}

TEST(LaunchedCommand, HasTheFolderAndTheLimitThatAreAsked)
{
    auto command =
        LaunchedCommand::start({{"sh", "-c", "test $PWD = /usr && test $(ulimit -n) = 40"}, {}, {},
            "/usr", rlimit{40, 40}});
    ASSERT_TRUE(command);
    const auto end = command->wait(patience);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->status, 0);
    EXPECT_FALSE(LaunchedCommand::start({{"true"}, {}, {}, "/missing"}));
}

TEST(LaunchedCommand, FailsAsAShellDoes)
{
    const auto missing = LaunchedCommand::start({{"./missing"}, {}, {}});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().status, 127);
    const auto folder = LaunchedCommand::start({{"/"}, {}, {}});
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().status, 126);
}

TEST(LaunchedCommand, HasNoInputAndItsOwnGroupIfItWritesIntoAPipe)
{
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    auto command = LaunchedCommand::start(
        {{"sh", "-c", "cat; cut -d ' ' -f 5 /proc/self/stat"}, {}, writer.number()});
    ASSERT_TRUE(command);
    writer.close();
    std::string output(64, '\0');
    output.resize(static_cast<std::size_t>(::read(reader.number(), output.data(), output.size())));
    EXPECT_EQ(std::stoi(output), command->pid());
    EXPECT_TRUE(command->wait(patience));
}

} // namespace
} // namespace poolscope::watch
