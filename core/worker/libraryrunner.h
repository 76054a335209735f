// SPDX-License-Identifier: GPL-3.0-or-later
// LibraryRunner: a function of a shared library.
#pragma once

#include "worker/taskrunner.h"

namespace poolscope::worker {

/// Loads the library. Fails if that is not possible or the library has no such task.
Result<std::unique_ptr<TaskRunner>> makeLibraryRunner(const wire::Setup &setup);

} // namespace poolscope::worker
