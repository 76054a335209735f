// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/progresstext.h"

#include "report/underwaytext.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace poolscope {

namespace {

constexpr int barWidth = 10;

std::string bar(double fraction)
{
    static constexpr std::array eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int filled = static_cast<int>(fraction * barWidth * 8);
    std::string text;
    for (int i = 0; i < filled / 8; ++i)
        text += "█";
    int cells = filled / 8;
    if (filled % 8 != 0) {
        text += eighths[static_cast<std::size_t>(filled % 8)];
        ++cells;
    }
    return text + std::string(static_cast<std::size_t>(barWidth - cells), ' ');
}

/// " 64%|██████▍   | "
std::string barText(double fraction)
{
    std::array<char, 8> percent{};
    std::snprintf(percent.data(), percent.size(), "%3d%%", static_cast<int>(fraction * 100));
    return percent.data() + ("|" + bar(fraction)) + "| ";
}

std::string clock(double seconds)
{
    if (!std::isfinite(seconds) || seconds > 359'999'999)
        return "?";
    const auto whole = static_cast<long>(seconds);
    std::array<char, 32> text{};
    if (whole >= 3600)
        std::snprintf(
            text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        std::snprintf(text.data(), text.size(), "%02ld:%02ld", whole / 60, whole % 60);
    return text.data();
}

std::string rateText(const Progress &progress)
{
    if (progress.done == 0 || progress.seconds <= 0)
        return "?it/s";
    const double rate = static_cast<double>(progress.done) / progress.seconds;
    std::array<char, 32> text{};
    if (rate < 1)
        std::snprintf(text.data(), text.size(), "%.2fs/it", 1 / rate);
    else
        std::snprintf(text.data(), text.size(), "%.*fit/s", rate < 10'000 ? 2 : 0, rate);
    return text.data();
}

std::string withTotal(const Progress &progress, std::uint64_t total)
{
    const double fraction =
        total == 0 ? 1 : static_cast<double>(progress.done) / static_cast<double>(total);
    const double left = progress.done == 0 && total > 0
        ? INFINITY
        : progress.seconds / std::max(fraction, 1e-12) - progress.seconds;
    return barText(fraction) + std::to_string(progress.done) + "/" + std::to_string(total) + " ["
        + clock(progress.seconds) + "<" + clock(left) + ", " + rateText(progress) + "]";
}

} // namespace

Progress progressOf(const Run &run)
{
    const Timeline &timeline = run.timeline();
    const std::uint64_t begin = timeline.firstDispatch();
    const std::uint64_t now = std::max(run.now(), begin);
    Progress progress;
    progress.done = timeline.settled();
    progress.total = run.record().knownInputCount();
    progress.failed = timeline.failed();
    if (!run.isFinished())
        progress.longest = longestUnderWay(timeline);
    progress.waits = !run.isFinished() && !run.status().heldBecause.empty();
    if (run.isFinished())
        progress.seconds =
            static_cast<double>(timeline.makespan() - timeline.pausedOfMakespan()) / 1e9;
    else if (begin > 0)
        progress.seconds =
            static_cast<double>(now - begin - timeline.pausedBetween(begin, now)) / 1e9;
    return progress;
}

std::string progressText(const Progress &progress)
{
    std::string text = progress.total ? withTotal(progress, *progress.total)
                                      : std::to_string(progress.done) + "/? ["
            + clock(progress.seconds) + ", " + rateText(progress) + "]";
    if (progress.failed > 0)
        text += ", " + std::to_string(progress.failed) + " failed";
    if (progress.longest)
        text += ", " + underWayText(*progress.longest);
    if (progress.waits)
        text += ", waiting";
    return text;
}

std::string progressText(const ExperimentProgress &progress)
{
    using Phase = ExperimentProgress::Phase;
    if (progress.phase == Phase::Preparing)
        return "opening the input";
    const double done = static_cast<double>(progress.done) + progress.shareOfRun;
    const double fraction =
        progress.total == 0 ? 1 : std::min(done / static_cast<double>(progress.total), 1.0);
    return barText(fraction) + std::to_string(progress.done) + "/" + std::to_string(progress.total)
        + " runs [" + clock(progress.seconds) + "<" + clock(progress.secondsLeft.value_or(INFINITY))
        + "]" + (progress.setting.empty() ? "" : ", ")
        + (progress.phase == Phase::WarmingUp ? "warming up: " : "") + progress.setting;
}

} // namespace poolscope
