// SPDX-License-Identifier: GPL-3.0-or-later
// ProgressLine: writes the progress of a run or a sweep to standard error.
//
// On a terminal it is a line that overprints itself, ten times a second; elsewhere a line every
// five seconds.
#pragma once

#include "run/progresstext.h"

#include <chrono>
#include <optional>
#include <string>

namespace poolscope {

class ProgressLine {
public:
    enum class Show { Never, Always };
    explicit ProgressLine(Show show);

    /// Shows the progress if it is time to.
    void update(const Progress &progress);
    void update(const ExperimentProgress &progress);
    /// Takes the line away from a terminal, so that something else can be written.
    void clear();
    /// Shows it a last time, and ends the line.
    void finish(const Progress &progress);

private:
    using Clock = std::chrono::steady_clock;

    bool isDue();
    void show(const std::string &text);
    void write(const std::string &text);

    Show m_show;
    bool m_terminal;
    bool m_visible = false;
    std::optional<Clock::time_point> m_lastShown; ///< or when it was first to be shown
};

} // namespace poolscope
