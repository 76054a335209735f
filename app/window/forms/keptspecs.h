// SPDX-License-Identifier: GPL-3.0-or-later
// The first spec of the window, and specs in the settings. A spec in the settings is the folder
// from which relative names start, and the arguments of `poolscope run`.
#pragma once

#include "result.h"
#include "spec/runspec.h"

#include <QStringList>
#include <optional>
#include <vector>

class QSettings;

namespace poolscope {

/// The first spec of the window: square roots of 1 to 4999 in two processes.
RunSpec defaultSpec();

/// Returns the spec with the workers, chunks, window and start of another pool.
RunSpec withPool(RunSpec spec, const PoolSpec &pool);

QStringList keptArguments(const RunSpec &spec);
/// The spec of such a list. The folder may be missing, as in settings of older versions. If the
/// folder is not the current one, it is prepended to relative names of files.
Result<RunSpec> specOf(const QStringList &keptArguments);
/// The command that runs a spec, for a shell.
QString commandText(const RunSpec &spec);

/// The spec in the form.
struct TypedSpec {
    RunSpec spec;
    bool isTrusted = false; ///< whether the user has let its task run
};
/// Returns nothing if none was saved that can be read.
std::optional<TypedSpec> typedSpec(const QSettings &settings);
void saveTypedSpec(const TypedSpec &typed, QSettings &settings);

/// The last specs that were run, the latest first, without repetitions.
std::vector<RunSpec> recentSpecs();
void rememberSpec(const RunSpec &spec);

} // namespace poolscope
