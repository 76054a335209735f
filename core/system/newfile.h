// SPDX-License-Identifier: GPL-3.0-or-later
// New files in folders that others may write to.
//
// Another user who can guess a new file's name can put a link under it first, which leads to a file
// that only this user may write to. New files are therefore made under names that nobody can guess,
// and only if nothing has that name. They are renamed when they are whole.
#pragma once

#include "result.h"

#include <cstdint>
#include <filesystem>
#include <sys/types.h>

namespace poolscope {

/// A path in the folder of `target`, with a name that nobody can guess.
std::filesystem::path unguessableBeside(const std::filesystem::path &target);

struct NewFile {
    int descriptor = -1; ///< open for reading and writing; -1, with errno, if there is none
    std::filesystem::path path;
};

/// Makes an empty file under such a path.
NewFile createBeside(const std::filesystem::path &target, mode_t mode);

/// The path that `path` leads to: itself, unless it is a symbolic link. Fails for a link that
/// neither this user, nor root, nor the owner of its folder has made.
Result<std::filesystem::path> followOwnLinks(const std::filesystem::path &path);

/// The size of an open file that was found at `path`. Fails if it is not there any more; the error
/// ends a sentence that begins with the path.
Result<std::uint64_t> sizeIfStillAt(const std::filesystem::path &path, int descriptor);

/// Whether another user may have put the file there to be written to: it is neither this user's nor
/// root's nor of the folder's owner, in a folder that others may write to.
bool mayBePlanted(const std::filesystem::path &file);

/// Whether another user owns the file in a sticky folder, where only its owner may replace it.
bool isKeptFromReplacing(const std::filesystem::path &file);

} // namespace poolscope
