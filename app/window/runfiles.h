// SPDX-License-Identifier: GPL-3.0-or-later
// The folder and the names of the window's run files, and the kinds of files that it opens.
#pragma once

#include "spec/runspec.h"

#include <QString>
#include <string>
#include <vector>

namespace poolscope {

/// The folder for runs that are saved automatically.
QString runsFolder();
/// The path in that folder for a run that begins now; its name has the time and the task.
QString newRunPath(const RunSpec &spec);
/// The same of a watched command.
QString newRunPath(const std::vector<std::string> &command);

/// A warning about the file of a watched command, before the user gives it to others.
QString watchedFileNote();

/// The path with the ending ".poolscope", whether or not it was typed.
QString withRunEnding(const QString &path);
QString runFileFilter();
/// The folder in which the user opened or saved a run last.
QString runFolder();
void rememberRunFolder(const QString &path);

/// Whether its ending is that of a file that holds a run, one of Poolscope's or of somebody else's.
bool canBeOpened(const QString &path);
QString openedFilter();

} // namespace poolscope
