// SPDX-License-Identifier: GPL-3.0-or-later
// What Python source imports, as far as its text shows it.
//
// Nothing is run and no interpreter is asked: only import statements are seen, wherever they stand,
// and only modules that are source. What a library folder (site-packages) holds is not followed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// "from ..MODULE import NAME, NAME", or "import MODULE" with no names.
struct ImportStatement {
    std::size_t level = 0; ///< dots before the module: 0 is an absolute name
    std::string module; ///< may be empty after dots
    std::vector<std::string> names;
    bool operator==(const ImportStatement &) const = default;
};

std::vector<ImportStatement> importsOf(std::string_view source);

/// The source files that a source file imports, directly and in turn, each once and without itself,
/// with `folders` as the interpreter's path. A file that cannot be read imports nothing.
std::vector<std::string> importedFiles(
    const std::string &path, const std::vector<std::string> &folders);

/// The folders in PYTHONPATH, in which each interpreter looks after the folder of its program.
std::vector<std::string> pythonPathFolders();

} // namespace poolscope
