// SPDX-License-Identifier: GPL-3.0-or-later
// Writes values to a run file: numbers as they stand in the column, other values encoded.
#pragma once

#include "record/outcomestore.h"
#include "runfile/runfile.h"

namespace poolscope {

/// Writes the values of the range, of which nothing was released. Leaves out indices that have
/// failed or have no outcome.
Result<void> writeOutcomeBatches(
    RunFile &file, const OutcomeStore &outcomes, const IndexRange &range);

} // namespace poolscope
