// SPDX-License-Identifier: GPL-3.0-or-later
// Copying a run file.
#pragma once

#include "result.h"

#include <filesystem>
#include <functional>

namespace poolscope {

/// Called repeatedly, on the thread that copies, with the share that was copied, from 0 to 1.
/// Returns false to cancel. Not empty.
using CopyProgress = std::function<bool(double copied)>;

/// Copies a run file. A file at `to` is replaced when the copy is complete. The file at `from` is
/// locked meanwhile, so that no process can write to it. Fails with an empty message if it is
/// cancelled. Any thread.
Result<void> copyRunFile(const std::filesystem::path &from, const std::filesystem::path &to,
    const CopyProgress &progress);

} // namespace poolscope
