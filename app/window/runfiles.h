// SPDX-License-Identifier: GPL-3.0-or-later
// Where the window keeps runs, under which names, and which files it opens.
#pragma once

#include "spec/runspec.h"

#include <QString>

namespace poolscope {

/// Where runs are kept that were given no place of their own.
QString runsFolder();
/// Of a run that begins now, in that folder: a name that tells when and what.
QString newRunPath(const RunSpec &spec);

/// With ".poolscope", whether it was typed or not.
QString withRunEnding(const QString &path);
QString runFileFilter();
/// The folder in which the user opened or saved a run last.
QString runFolder();
void rememberRunFolder(const QString &path);

/// Whether its ending is that of a file that holds a run, one of Poolscope's or of somebody else's.
bool canBeOpened(const QString &path);
QString openedFilter();

} // namespace poolscope
