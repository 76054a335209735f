// SPDX-License-Identifier: GPL-3.0-or-later
// SweepFigures: the figures in the charts of a sweep, computed once for all of them.
#pragma once

#include "analysis/sweep.h"
#include "report/chartdata.h"
#include "result.h"

#include <QString>
#include <filesystem>
#include <memory>

namespace poolscope {

struct SweepFigures {
    QString subject; ///< what was measured: "sqrt, 1:5000"
    SweepPlan plan;
    SweepResult result;
    std::vector<ScalingFit>
        fits; ///< at the chunk size of the fastest setting. Some or all may be missing
    QString fitsText; ///< a line for each law, with its fit or why there is none

    /// The fastest setting. Null if there is none.
    const SweepCell *best() const;
    /// The setting with the fewest workers within 5% of the best. Null if there is none.
    const SweepCell *cheapest() const;
};

using SweepFiguresPtr = std::shared_ptr<const SweepFigures>;

SweepFiguresPtr sweepFigures(const QString &subject, const SweepPlan &plan,
    const std::vector<SweepMeasurement> &measurements);

/// "2 workers, chunk auto"
QString settingText(const SweepSetting &setting);
/// The setting, its throughput, speedup and efficiency with their intervals, and how often it was
/// run, a line each.
QString cellText(const SweepCell &cell);
/// "auto", "16"
QString chunkText(const std::optional<std::uint64_t> &chunk);

/// Writes the table of report/sweepreport.h.
Result<void> writeSweepCsv(const SweepFigures &figures, const std::filesystem::path &path);

} // namespace poolscope
