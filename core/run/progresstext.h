// SPDX-License-Identifier: GPL-3.0-or-later
// The progress of a run or an experiment as text: one line in the format of tqdm.
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
    std::optional<std::uint64_t> total = 0; ///< nothing if unknown
    std::uint64_t failed = 0;
    double seconds = 0; ///< since the first dispatch, less pauses
    std::optional<UnderWay> longest = {}; ///< the longest unfinished iteration, if it takes long
    bool waits = false; ///< for a condition outside of the pool, such as a full disk
};
/// The present progress of a run.
Progress progressOf(const Run &run);

/// " 64%|██████▍   | 3214/4999 [00:01<00:00, 2044.12it/s]", or without a total
/// "3214/? [00:01, 2044.12it/s]". These follow if they apply: ", 3 failed", the text of the longest
/// iteration (report/underwaytext.h), and ", waiting".
std::string progressText(const Progress &progress);

/// "opening the input", or " 20%|██        | 9/45 runs [00:12<00:48], 2 workers, chunk 16". The
/// setting of the warm-up follows "warming up: ".
std::string progressText(const ExperimentProgress &progress);

} // namespace poolscope
