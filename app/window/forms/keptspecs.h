// SPDX-License-Identifier: GPL-3.0-or-later
// What to run, as the settings keep it: in the words of the command line, which later versions
// read.
#pragma once

#include "result.h"
#include "spec/runspec.h"

#include <QStringList>
#include <vector>

namespace poolscope {

QStringList keptArguments(const RunSpec &spec);
Result<RunSpec> specOf(const QStringList &keptArguments);

/// What was run last, the latest first, each once.
std::vector<RunSpec> recentSpecs();
void rememberSpec(const RunSpec &spec);

} // namespace poolscope
