// SPDX-License-Identifier: GPL-3.0-or-later
// Codec of outcomes, as messages and records contain them.
#pragma once

#include "wire/fields.h"
#include "wire/messages.h"

#include <optional>
#include <string>

namespace poolscope::wire {

/// Appends one outcome in the format of Done::values.
void encodeOutcome(std::string &out, const OutcomeView &outcome);
/// Reads one outcome, whose text points into the reader's bytes. Nothing if it is malformed.
std::optional<OutcomeView> decodeOutcome(FieldReader &reader);

/// Appends an outcome in the format of records: as encodeOutcome(), and the context of a failure.
void encodeKeptOutcome(std::string &out, const OutcomeView &outcome);
std::optional<OutcomeView> decodeKeptOutcome(FieldReader &reader);

/// Appends the four texts of a failure, without its context.
void writeFailure(FieldWriter &fields, const FailureView &reason);
FailureView readFailure(FieldReader &reader);

} // namespace poolscope::wire
