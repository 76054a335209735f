// SPDX-License-Identifier: GPL-3.0-or-later
// TerminalStop: takes the signal by which a terminal stops the program (Ctrl+Z, SIGTSTP), so that
// the workers can be stopped first. They are in sessions of their own, which no signal of a
// terminal reaches.
//
// The first object of the program takes the signal, unless that is ignored; others are never
// asked. The owner calls takeAsked() from time to time, since a descriptor to wait for would make
// each wait of the pool's thread longer.
// To be used by one thread.
#pragma once

#include <csignal>

namespace poolscope {

class TerminalStop {
public:
    TerminalStop();
    ~TerminalStop();
    TerminalStop(const TerminalStop &) = delete;
    TerminalStop &operator=(const TerminalStop &) = delete;

    /// Whether the signal has come since this was last called: what belongs to the program should
    /// be stopped, then the program.
    bool takeAsked();
    /// Stops the program, and returns when it is continued. Returns false at once if it is not
    /// stopped, since no shell could continue it: its process group is an orphaned one.
    bool stopProgram();

private:
    void takeSignal();

    struct sigaction m_before { };
    bool m_hasSignal = false;
};

} // namespace poolscope
