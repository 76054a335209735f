// SPDX-License-Identifier: GPL-3.0-or-later
// makeLibraryRunner(): makes the runner of a task in a shared library.
#pragma once

#include "worker/taskrunner.h"

namespace poolscope::worker {

/// Loads the library. Fails if it cannot be loaded or has no such task.
Result<std::unique_ptr<TaskRunner>> makeLibraryRunner(const wire::Setup &setup);

} // namespace poolscope::worker
