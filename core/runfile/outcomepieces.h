// SPDX-License-Identifier: GPL-3.0-or-later
// Writes outcomes to a run file: numbers as they stand in the column, everything else encoded.
#pragma once

#include "record/outcomestore.h"
#include "runfile/runfile.h"

namespace poolscope {

/// No index of the range was released. One that has been reopened meanwhile is left out.
Result<void> writeOutcomePieces(
    RunFile &file, const OutcomeStore &outcomes, const IndexRange &range);

} // namespace poolscope
