// SPDX-License-Identifier: GPL-3.0-or-later
// ProgressLine: writes the progress of a run or a sweep to standard error.
//
// On a terminal the line is overwritten ten times a second. Elsewhere a line is written every five
// seconds.
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

    /// Shows the progress if the last one was shown long enough ago.
    void update(const Progress &progress);
    void update(const ExperimentProgress &progress);
    /// Removes the line from a terminal, so that other text can be written.
    void clear();
    /// Shows the progress a last time, and ends the line.
    void finish(const Progress &progress);

private:
    using Clock = std::chrono::steady_clock;

    bool isDue();
    void show(const std::string &text);
    void write(const std::string &text);

    Show m_show;
    bool m_terminal;
    bool m_visible = false;
    std::optional<Clock::time_point> m_lastShown; ///< or the time of the first update()
};

} // namespace poolscope
