// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/taskrunner.h"

#include "worker/builtinrunner.h"
#include "worker/commandrunner.h"
#include "worker/filterrunner.h"
#include "worker/libraryrunner.h"

namespace poolscope::worker {

Result<std::unique_ptr<TaskRunner>> makeTaskRunner(
    const wire::Setup &setup, ErrorOutput errorOutput)
{
    switch (setup.task) {
    case wire::TaskKind::Builtin:
        return makeBuiltinRunner(setup);
    case wire::TaskKind::Command:
    case wire::TaskKind::Shell:
        return makeCommandRunner(setup, std::move(errorOutput));
    case wire::TaskKind::Filter:
        return makeFilterRunner(setup, std::move(errorOutput));
    case wire::TaskKind::Library:
        return makeLibraryRunner(setup);
    case wire::TaskKind::Python:
        break;
    }
    return failure("this worker runs no Python functions");
}

} // namespace poolscope::worker
