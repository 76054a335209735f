// SPDX-License-Identifier: GPL-3.0-or-later
// New files in folders that others may write to.
//
// Another user who can guess the name of a new file can create a link with that name first, to a
// file that only this user may write. New files are therefore created under names that nobody can
// guess, and only if the name does not exist. They are renamed when they are complete.
#pragma once

#include "result.h"

#include <cstdint>
#include <filesystem>
#include <sys/types.h>

namespace poolscope {

/// Returns a path in the folder of `target`, with a name that nobody can guess.
std::filesystem::path unguessableBeside(const std::filesystem::path &target);

struct NewFile {
    int descriptor = -1; ///< open for reading and writing. -1, with errno, if there is no file
    std::filesystem::path path;
};

/// Creates an empty file at unguessableBeside(target).
NewFile createBeside(const std::filesystem::path &target, mode_t mode);

/// Returns the path without symbolic links. Fails for a link that was created by a user other than
/// this one, root and the owner of its folder.
Result<std::filesystem::path> followOwnLinks(const std::filesystem::path &path);

/// Returns the size of the open file if it still is the file at `path`. The error completes a
/// sentence that begins with the path.
Result<std::uint64_t> sizeIfStillAt(const std::filesystem::path &path, int descriptor);

/// Whether another user may have created the file as a trap: the folder is writable for others, and
/// the file belongs neither to this user nor to root nor to the owner of the folder.
bool mayBePlanted(const std::filesystem::path &file);

/// Whether another user owns the file in a sticky folder, where only its owner may replace it.
bool isKeptFromReplacing(const std::filesystem::path &file);

} // namespace poolscope
