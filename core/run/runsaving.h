// SPDX-License-Identifier: GPL-3.0-or-later
// How a run gets its run file, and how it goes on from one.
#pragma once

#include "pool/askprogram.h"
#include "run/run.h"
#include "runfile/runfile.h"
#include "runfile/runfileload.h"

#include <memory>
#include <string>

namespace poolscope {

/// Makes the run file that will keep the run. Any thread. Reads the task's files.
Result<void> saveRun(Run::Opened &opened, const std::string &path, RunFile::IfExists ifExists,
    const StillWanted &wanted = {});

enum class IfTaskChanged { Refuse, Accept };

/// The run of a run file, ready to go on with what is missing, in the folder where it began, which
/// becomes the program's own. Fails where the task or the inputs are not what they were, and says
/// which (a task that may have changed becomes the file's own); where another process writes the
/// file; and as loading does. Any thread.
Result<Run::Opened> reopenRun(const std::string &path, Run::Reading reading,
    IfTaskChanged ifTaskChanged = IfTaskChanged::Refuse, const StillWanted &wanted = {});

/// The first of the task's files that is not what it was when the run in this run file began; empty
/// where there is none. Fails as reopenRun does. Any thread.
Result<std::string> changedTaskFile(const std::string &path, const StillWanted &wanted = {});

/// The indices that have failed, ascending. Any thread, of a record that nobody writes.
std::vector<std::uint64_t> failedInputs(const RunRecord &record);

/// The inputs of a run file's run, where they are still what they were; null where they are not, or
/// cannot be read. Any thread; reads a file as opening an input does.
std::unique_ptr<InputSource> unchangedInputs(const RunDescription &description);

} // namespace poolscope
