// SPDX-License-Identifier: GPL-3.0-or-later
// TerminalStop: handles the signal by which a terminal stops the program (Ctrl+Z, SIGTSTP), so that
// the workers can be stopped first. Workers are in sessions of their own, which signals of the
// terminal do not reach.
//
// The first object of the program handles the signal, unless it is ignored. The caller polls
// takeAsked(), since a descriptor to wait for would make each wait of the pool's thread longer. One
// thread.
#pragma once

#include <csignal>

namespace poolscope {

class TerminalStop {
public:
    TerminalStop();
    ~TerminalStop();
    TerminalStop(const TerminalStop &) = delete;
    TerminalStop &operator=(const TerminalStop &) = delete;

    /// Whether the signal was received since the last call. The caller then stops the workers, and
    /// after that the program.
    bool takeAsked();
    /// Stops the program, and returns when it is continued. Returns false at once if the program
    /// was not stopped: its process group is orphaned, so no shell could continue it.
    bool stopProgram();

private:
    void takeSignal();

    struct sigaction m_before { };
    bool m_hasSignal = false;
};

} // namespace poolscope
