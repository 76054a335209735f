// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/progressline.h"

#include <chrono>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <string>
#include <thread>
#include <unistd.h>

using namespace poolscope;

namespace {

/// Standard error as a terminal, for as long as it lives.
class Terminal {
public:
    Terminal()
        : m_before(dup(STDERR_FILENO))
    {
        int terminal = -1;
        if (openpty(&m_ours, &terminal, nullptr, nullptr, nullptr) == 0) {
            dup2(terminal, STDERR_FILENO);
            close(terminal);
        }
    }
    ~Terminal()
    {
        dup2(m_before, STDERR_FILENO);
        close(m_before);
        close(m_ours);
    }

    bool isOpen() const { return m_ours >= 0; }
    /// What was written since the last call.
    std::string read() const
    {
        std::string text;
        pollfd readable{m_ours, POLLIN, 0};
        char bytes[1000];
        while (poll(&readable, 1, 0) > 0) {
            const ssize_t count = ::read(m_ours, bytes, sizeof(bytes));
            if (count <= 0)
                break;
            text.append(bytes, static_cast<std::size_t>(count));
        }
        return text;
    }

private:
    int m_before;
    int m_ours = -1;
};

/// Whether the line comes to show a progress that stays as it is.
bool comesToShow(ProgressLine &line, const Terminal &terminal, const Progress &progress)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::string seen;
    while (seen.find(progressText(progress)) == std::string::npos) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        line.update(progress);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        seen += terminal.read();
    }
    return true;
}

TEST(ProgressLine, GoesOnWhenTheSecondsOfTheRunGoBack)
{
    Terminal terminal;
    ASSERT_TRUE(terminal.isOpen());
    ProgressLine line(ProgressLine::Show::Always);
    Progress progress;
    progress.total = 10;
    progress.done = 1;
    progress.seconds = 3600; // with a stop that is not yet recorded
    EXPECT_TRUE(comesToShow(line, terminal, progress));
    progress.done = 2;
    progress.seconds = 2;
    EXPECT_TRUE(comesToShow(line, terminal, progress));
}

} // namespace
