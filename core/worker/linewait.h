// SPDX-License-Identifier: GPL-3.0-or-later
// LineWait: whether a program that answers lines waits for its next one.
//
// One that does, having taken all that it was given, has no more to say to it. That can be told of
// a program with one thread and no children that sleeps in a read of its standard input.
#pragma once

#include "system/descriptor.h"

#include <cstdint>
#include <sys/types.h>

namespace poolscope::worker {

class LineWait {
public:
    enum class State : std::uint8_t {
        Waits, ///< in a read of its standard input
        IsBusy, ///< computes, or sleeps in another call that it will come back from
        CannotTell, ///< threads, children, or a call that watches several descriptors
    };

    /// The program must not be reaped while this is asked.
    explicit LineWait(pid_t program);

    /// Takes microseconds; now and then some milliseconds, to look for children.
    State look();

private:
    bool hasOneThread() const;
    bool hasChildren();

    pid_t m_program;
    Descriptor m_call; ///< of /proc/PID/syscall
    Descriptor m_stat; ///< of /proc/PID/stat
    bool m_hasChildren = false;
    std::uint64_t m_nextLook = 0; ///< for children
};

} // namespace poolscope::worker
