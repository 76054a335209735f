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

/// Creates the run file that will keep the run. Any thread. Reads the task's files.
Result<void> saveRun(Run::Opened &opened, const std::string &path, RunFile::IfExists ifExists,
    const StillWanted &wanted = {});

enum class IfTaskChanged { Refuse, Accept };

/// Opens the run of a run file to resume it with the missing inputs, in the folder where it began,
/// which becomes the program's own. Fails if the task or the inputs differ from those of the run,
/// with the reason (a task that may differ becomes the file's own); if another process writes the
/// file; and if loading fails. Any thread.
Result<Run::Opened> reopenRun(const std::string &path, Run::Reading reading,
    IfTaskChanged ifTaskChanged = IfTaskChanged::Refuse, const StillWanted &wanted = {});

/// The first file of the task that has changed since the run of this run file began. Empty if none
/// has. Fails as reopenRun() does. Any thread.
Result<std::string> changedTaskFile(const std::string &path, const StillWanted &wanted = {});

/// The failed indices, ascending. Any thread, if nobody writes the record.
std::vector<std::uint64_t> failedInputs(const RunRecord &record);

/// The inputs of the run of a run file, if they are unchanged. Null if they are not, or cannot be
/// read. Any thread; reads a file as opening an input does.
std::unique_ptr<InputSource> unchangedInputs(const RunDescription &description);

} // namespace poolscope
