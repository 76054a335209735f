// SPDX-License-Identifier: GPL-3.0-or-later
// RunRecord: all data of a run, during the run and afterwards, which charts, tables and reports
// read.
//
// The pool's thread writes timeline, outcomes, log and the number of inputs, which any thread may
// read meanwhile. `inputs` belongs to the thread that owns the record.
#pragma once

#include "events/origin.h"
#include "input/inputsource.h"
#include "record/outcomestore.h"
#include "record/runlog.h"
#include "record/timeline.h"
#include "system/machine.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace poolscope {

struct RunRecord {
    Origin origin;
    Machine machine; ///< of the run, as far as it is known
    std::int64_t startedAt = 0; ///< seconds since 1970. 0 if unknown
    std::atomic<std::uint64_t> inputCount = 0; ///< so far
    std::atomic<bool> areInputsComplete = true;
    /// Nothing while more inputs may arrive.
    std::optional<std::uint64_t> knownInputCount() const
    {
        return areInputsComplete ? std::optional(inputCount.load()) : std::nullopt;
    }
    std::unique_ptr<InputSource> inputs;
    std::unique_ptr<OutcomeStore> outcomes;
    Timeline timeline;
    RunLog log;
    /// The duration of the run when it was last stopped, in nanoseconds of its clock.
    std::uint64_t elapsed = 0;
};

} // namespace poolscope
