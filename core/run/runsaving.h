// SPDX-License-Identifier: GPL-3.0-or-later
// Saving a run in a run file, and resuming it from one.
#pragma once

#include "pool/askprogram.h"
#include "run/run.h"
#include "runfile/runfile.h"
#include "runfile/runfileload.h"

#include <memory>
#include <string>

namespace poolscope {

/// Creates the run file in which the run is saved. Reads the task's files. Any thread.
Result<void> saveRun(Run::Opened &opened, const std::string &path, RunFile::IfExists ifExists,
    const StillWanted &wanted = {});

enum class IfTaskChanged { Refuse, Accept };

/// Opens the run of a run file, to be resumed with the missing inputs. Enters the folder in which
/// the run began. Fails with the reason if the inputs or the task have changed, if another process
/// writes the file, or if the file cannot be loaded. A changed task that is accepted is recorded in
/// the file. Any thread.
Result<Run::Opened> reopenRun(const std::string &path, Run::Reading reading,
    IfTaskChanged ifTaskChanged = IfTaskChanged::Refuse, const StillWanted &wanted = {});

/// Returns the first file of the task that has changed since the run of this run file began. Empty
/// if none has. Fails if the run cannot be resumed. Any thread.
Result<std::string> changedTaskFile(const std::string &path, const StillWanted &wanted = {});

/// The failed indices, ascending. Any thread, if no thread writes the record.
std::vector<std::uint64_t> failedInputs(const RunRecord &record);

/// Opens the inputs of the run of a run file. Null if they have changed or cannot be read. Any
/// thread.
std::unique_ptr<InputSource> unchangedInputs(const RunDescription &description);

} // namespace poolscope
