// SPDX-License-Identifier: GPL-3.0-or-later
// LineWait: detects whether a program that answers lines waits for its next line.
//
// A program that waits, and has read all lines so far, has finished its answers. The wait can be
// detected if the program has one thread and no children, and sleeps in a read of its standard
// input.
#pragma once

#include "system/descriptor.h"

#include <cstdint>
#include <sys/types.h>

namespace poolscope::worker {

class LineWait {
public:
    enum class State : std::uint8_t {
        Waits, ///< sleeps in a read of its standard input
        IsBusy, ///< computes, or sleeps in another call
        Unknown, ///< has threads or children, or sleeps in a call that watches several descriptors
    };

    /// The program must not be reaped before the last look().
    explicit LineWait(pid_t program);

    /// Returns the state. Takes microseconds. The search for children takes milliseconds, but at
    /// most 1% of the time.
    State look();

private:
    bool hasOneThread() const;
    bool hasChildren();

    pid_t m_program;
    Descriptor m_call; ///< of /proc/PID/syscall
    Descriptor m_stat; ///< of /proc/PID/stat
    bool m_hasChildren = false;
    std::uint64_t m_nextLook = 0; ///< for children, a clock time
};

} // namespace poolscope::worker
