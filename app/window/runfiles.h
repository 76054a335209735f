// SPDX-License-Identifier: GPL-3.0-or-later
// The folder and the names of the window's run files, and the kinds of files that the window opens.
#pragma once

#include "spec/runspec.h"

#include <QString>
#include <string>
#include <vector>

namespace poolscope {

/// The folder for runs that are saved automatically.
QString runsFolder();
/// The path in that folder for a run that begins now. The file name has the time and the task.
QString newRunPath(const RunSpec &spec);
/// The path in that folder for a watched command that begins now.
QString newRunPath(const std::vector<std::string> &command);

/// A note on the private data in the file of a watched command.
QString watchedFileNote();

/// The path with the ending ".poolscope", which is appended if it is missing.
QString withRunEnding(const QString &path);
QString runFileFilter();
/// The folder in which the user opened or saved a run last.
QString runFolder();
void rememberRunFolder(const QString &path);

/// Whether the ending is that of a run file, or of a file of another program that can be opened.
bool canBeOpened(const QString &path);
QString openedFilter();

} // namespace poolscope
