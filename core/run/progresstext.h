// SPDX-License-Identifier: GPL-3.0-or-later
// ProgressText: how far a run or an experiment is, in one line as tqdm writes it.
//
// A number that is not known is a '?'.
#pragma once

#include "analysis/underway.h"
#include "run/experiment.h"
#include "run/run.h"

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
/// long, ", waiting" where it cannot go on.
std::string progressText(const Progress &progress);

/// " 20%|██        | 9/45 runs [00:12<00:48], 2 workers, chunk 16"
std::string progressText(const ExperimentProgress &progress);

} // namespace poolscope
