// SPDX-License-Identifier: GPL-3.0-or-later
// ProgressLine: how far a run is, on standard error, as tqdm writes it.
//
// On a terminal it is a line that overprints itself, ten times a second; elsewhere a line every
// five seconds. A number that is not known is a '?'.
#pragma once

#include "analysis/underway.h"
#include "run/run.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace poolscope {

struct Progress {
    std::uint64_t done = 0;
    std::optional<std::uint64_t> total = 0; ///< nothing: unknown
    std::uint64_t failed = 0;
    double seconds = 0; ///< since the first dispatch
    std::optional<UnderWay> longest = {}; ///< of what is under way
    bool waits = false; ///< something outside keeps it from going on, such as a full disk
};
/// How far a run is now.
Progress progressOf(const Run &run);

/// " 64%|██████▍   | 3214/4999 [00:01<00:00, 2044.12it/s]", without a total "3214it [00:01,
/// 2044.12it/s]", and ", 3 failed" where some have, ", longest: input 17, 12 s" where one takes
/// long,
/// ", waiting" where it cannot go on.
std::string progressText(const Progress &progress);

/// How far a sweep is, in runs.
struct SweepProgress {
    std::size_t done = 0;
    std::size_t total = 0;
    double shareOfRun = 0; ///< of the one that goes on, from 0 to 1
    double seconds = 0; ///< since it began
    std::optional<double> left = {}; ///< seconds; nothing: unknown
    std::string now; ///< what is being run
};

/// " 20%|██        | 9/45 runs [00:12<00:48], 2 workers, chunk 16"
std::string progressText(const SweepProgress &progress);

class ProgressLine {
public:
    enum class Show { Never, Always };
    explicit ProgressLine(Show show);

    /// Shows the progress if it is time to.
    void update(const Progress &progress);
    void update(const SweepProgress &progress);
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
