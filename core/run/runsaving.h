// SPDX-License-Identifier: GPL-3.0-or-later
// Saving a run in a run file, and resuming it from one.
//
// Finding the files of a task may run programs. Meanwhile `wanted` is called on the calling thread,
// and the function fails if it returns false (pool/askprogram.h). Any thread.
#pragma once

#include "pool/askprogram.h"
#include "run/run.h"
#include "runfile/runfile.h"
#include "runfile/runfileload.h"

#include <memory>
#include <string>

namespace poolscope {

/// Creates the run file of a run, and stores it in `opened`. A Run of `opened` then adds its
/// outcomes to the file. Reads the task's files. Fails, and changes nothing in `opened`, if the
/// file cannot be created or the run has more than 10^12 inputs.
Result<void> saveRun(Run::Opened &opened, const std::string &path, RunFile::IfExists ifExists,
    const StillWanted &wanted = {});

enum class IfTaskChanged { Refuse, Accept };

/// Opens the run of a run file, to be resumed with the inputs that have no outcome.
///
/// Changes the working directory of the process to the folder in which the run began, and does not
/// change it back, even after a failure.
///
/// Keeps all outcomes, whatever `reading.keep` is. A changed task that is accepted is recorded in
/// the file. Fails with the reason if changedTaskFile() would fail, if the inputs or the task have
/// changed, or if the file cannot be loaded.
Result<Run::Opened> reopenRun(const std::string &path, Run::Reading reading,
    IfTaskChanged ifTaskChanged = IfTaskChanged::Refuse, const StillWanted &wanted = {});

/// Returns the path of the first file of the task that has changed since the run of this run file
/// began. Empty if none has. Does not check the inputs. Fails if the file cannot be read or
/// the run cannot be resumed: another process writes the file, the run's folder cannot be entered,
/// its inputs were lines of standard input, its values are wrong, or it is a call of a watched
/// command.
Result<std::string> changedTaskFile(const std::string &path, const StillWanted &wanted = {});

/// Returns the indices whose last outcome is a failure, ascending. The record has all its outcomes
/// (OutcomeStore::keepsAll()), and no thread writes it.
std::vector<std::uint64_t> failedInputs(const RunRecord &record);

/// Opens the inputs of the run of a run file. Null if they have changed or cannot be read again, or
/// if the run is a call of a watched command.
std::unique_ptr<InputSource> unchangedInputs(const RunDescription &description);

} // namespace poolscope
