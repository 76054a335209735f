// SPDX-License-Identifier: GPL-3.0-or-later
// RunRecord: all that is known of a run, while it goes and afterwards. What charts, tables and
// reports read.
//
// The pool's thread writes timeline, outcomes, log and how many inputs there are, each of which any
// thread may read meanwhile; `inputs` belongs to the thread that owns the record.
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
    Machine machine; ///< that it was made on, as far as that is known
    std::int64_t startedAt = 0; ///< seconds since 1970; 0: unknown
    std::atomic<std::uint64_t> inputCount = 0; ///< so far, where inputs still come
    std::atomic<bool> areInputsComplete = true;
    /// Nothing while inputs still come.
    std::optional<std::uint64_t> knownInputCount() const
    {
        return areInputsComplete ? std::optional(inputCount.load()) : std::nullopt;
    }
    std::unique_ptr<InputSource> inputs;
    std::unique_ptr<OutcomeStore> outcomes;
    Timeline timeline;
    RunLog log;
    /// How long it had been going when it was last stopped, in nanoseconds of its clock.
    std::uint64_t elapsed = 0;
};

} // namespace poolscope
