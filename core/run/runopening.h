// SPDX-License-Identifier: GPL-3.0-or-later
// Opening a run from any file that contains one: a run file, a Chrome trace or a job log of GNU
// parallel. The latter two may be gzip files.
//
// Runs nothing. The kind of a file is recognised by its first bytes and its name.
#pragma once

#include "result.h"
#include "runfile/runfileload.h"

#include <string>
#include <string_view>

namespace poolscope {

enum class RunSource { RunFile, Trace, JobLog, Other };

/// The kind of a file. RunFile if the file cannot be read, since its reader then reports why.
RunSource runSourceOf(const std::string &path);

inline constexpr std::string_view whatCanBeOpened =
    "run files (.poolscope), Chrome traces (.json, .json.gz) and job logs of GNU parallel "
    "(.joblog) can be opened";

/// Fails if the file can be read and is not a run file. Only run files can be resumed.
Result<void> checkIsRunFile(const std::string &path);

/// Returns a line with the kind of a file that cannot be opened, and the kinds that can.
std::string otherFileText(const std::string &path);

/// Reads the run of a file. Fails if the file is of another kind or damaged.
Result<LoadedRun> openRun(const std::string &path);

} // namespace poolscope
