// SPDX-License-Identifier: GPL-3.0-or-later
// MadeUpRun: the record of a run that never was, for tests of what is read from it.
#pragma once

#include "record/recorder.h"
#include "record/runrecord.h"

#include <gtest/gtest.h>

namespace poolscope {

struct MadeUpRun {
    explicit MadeUpRun(std::uint64_t inputs = 1'000'000)
    {
        record.outcomes = std::move(*OutcomeStore::make(inputs, OutcomeStore::Keep::All));
        record.inputCount = inputs;
        recorder.emplace(record.timeline, *record.outcomes, record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) { FAIL(); });
    }

    const Timeline &timeline() const { return record.timeline; }

    RunRecord record;
    std::optional<Recorder> recorder;
};

/// Records that an input failed since each worker that had it died.
inline void quarantine(Recorder &recorder, WorkerId worker, std::uint64_t time, std::uint64_t index)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure.kind = failureQuarantined;
    recorder.take(event::OutcomeDone{index, outcome, worker, time, event::Attempt::Lost});
}

} // namespace poolscope
