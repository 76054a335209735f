// SPDX-License-Identifier: GPL-3.0-or-later
// The record of a run that was read from a file of another program.
#pragma once

#include "import/importedrun.h"
#include "result.h"
#include "runfile/runfileload.h"

namespace poolscope {

/// Builds the record from the run's events. Fails if an event is impossible, or outcomes cannot be
/// stored.
Result<LoadedRun> recordOf(ImportedRun run);

} // namespace poolscope
