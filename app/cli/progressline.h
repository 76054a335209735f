// SPDX-License-Identifier: GPL-3.0-or-later
// ProgressLine: writes the progress of a run or a sweep to standard error.
//
// On a terminal the line is overwritten at most ten times a second. Elsewhere a line is written at
// most every five seconds. Only a call of update() writes it.
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

    /// Writes the progress if the interval has passed since the last time, or since the first call,
    /// which writes nothing. Writes nothing before the first dispatch of a run.
    void update(const Progress &progress);
    void update(const ExperimentProgress &progress);
    /// Removes the line from a terminal, so that other text can be written. A later update() writes
    /// it again.
    void clear();
    /// Writes the progress of a run a last time, and a line break. A sweep ends by clear() instead.
    void finish(const Progress &progress);

private:
    using Clock = std::chrono::steady_clock;

    bool isDue();
    void show(const std::string &text);
    void write(const std::string &text);

    Show m_show;
    bool m_terminal;
    bool m_visible = false;
    std::optional<Clock::time_point> m_lastShown; ///< at first the time of the first update()
};

} // namespace poolscope
