// SPDX-License-Identifier: GPL-3.0-or-later
// Writing values to a run file: numbers as cells of the column, other values encoded.
#pragma once

#include "record/outcomestore.h"
#include "runfile/runfile.h"

namespace poolscope {

/// Writes the values of the range, none of which was released. Omits indices that have failed or
/// have no outcome.
Result<void> writeOutcomeBatches(
    RunFile &file, const OutcomeStore &outcomes, const IndexRange &range);

} // namespace poolscope
