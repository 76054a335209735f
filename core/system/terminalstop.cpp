// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/terminalstop.h"

#include <atomic>
#include <chrono>

namespace poolscope {

namespace {

// A signal handler cannot reach the object itself.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> isTaken = false;
std::atomic<bool> wasAsked = false;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void handleSignal(int)
{
    wasAsked = true;
}

} // namespace

TerminalStop::TerminalStop()
{
    sigaction(SIGTSTP, nullptr, &m_before);
    m_hasSignal = m_before.sa_handler != SIG_IGN && !isTaken.exchange(true);
    if (m_hasSignal)
        takeSignal();
}

TerminalStop::~TerminalStop()
{
    if (!m_hasSignal)
        return;
    sigaction(SIGTSTP, &m_before, nullptr);
    wasAsked = false;
    isTaken = false;
}

void TerminalStop::takeSignal()
{
    struct sigaction action { };
    action.sa_handler = handleSignal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, &action, nullptr);
}

bool TerminalStop::takeAsked()
{
    return m_hasSignal && wasAsked.exchange(false);
}

bool TerminalStop::stopProgram()
{
    constexpr std::chrono::milliseconds shortest{1};
    const auto begin = std::chrono::steady_clock::now();
    sigaction(SIGTSTP, &m_before, nullptr);
    raise(SIGTSTP); // returns when the whole program is continued
    takeSignal();
    return std::chrono::steady_clock::now() - begin >= shortest;
}

} // namespace poolscope
