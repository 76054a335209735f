// SPDX-License-Identifier: GPL-3.0-or-later
// LogPrinter: prints the log of a run while lines are added to it. Has no thread: its owner calls
// print() repeatedly, which prints a part of the lines so as not to delay the program.
#pragma once

#include "record/runlog.h"

#include <cstdint>
#include <functional>
#include <string>

namespace poolscope {

class LogPrinter {
public:
    /// Prints lines. Returns the number of lines that were not written.
    using Print = std::function<std::uint64_t(const std::string &lines)>;

    /// Prints what is added to the log from now on. The log outlives this.
    LogPrinter(const RunLog &log, Print print);

    /// Prints some of the new lines. Returns true if there are more, for another call soon.
    bool print();
    /// Prints the number of lines that are missing, if any are.
    void reportDropped();
    std::uint64_t dropped() const { return m_dropped; }

private:
    void skip(std::uint64_t end);
    void write(std::uint64_t end);

    const RunLog &m_log;
    Print m_print;
    std::uint64_t m_read; ///< number of the next line
    std::uint64_t m_dropped = 0; ///< lines
};

} // namespace poolscope
