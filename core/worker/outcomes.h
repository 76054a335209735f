// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that make outcomes, for runners.
#pragma once

#include "wire/messages.h"
#include "worker/taskrunner.h"

#include <bit>
#include <cstdint>
#include <string_view>

namespace poolscope::worker {

/// Returns a cell of the column as an outcome of its kind, Real or Integer.
inline OutcomeView numberOutcome(OutcomeKind kind, std::uint64_t cell)
{
    OutcomeView outcome;
    outcome.kind = kind;
    outcome.integer = static_cast<std::int64_t>(cell);
    outcome.real = std::bit_cast<double>(cell);
    return outcome;
}

inline OutcomeView textOutcome(std::string_view value)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Text;
    outcome.text = value;
    return outcome;
}

inline OutcomeView failureOutcome(const FailureView &reason)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure = reason;
    return outcome;
}

inline OutcomeView failureOutcome(const Failure &reason)
{
    return failureOutcome(FailureView{reason.kind, reason.type, reason.message, reason.detail});
}

/// Returns the failure of an input that the task does not accept.
inline FailureView wrongInput(std::string_view message)
{
    return {failureException, "ValueError", message, ""};
}

inline wire::Done inlineDone(Batch batch, std::string_view values)
{
    wire::Done done;
    done.first = batch.first;
    done.count = static_cast<std::uint32_t>(batch.count);
    done.store = wire::Store::Inline;
    done.values = values;
    return done;
}

} // namespace poolscope::worker
