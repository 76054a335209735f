// SPDX-License-Identifier: GPL-3.0-or-later
// FileList: the files that a pattern names, sorted by the bytes of their paths.
//
// The pattern is a shell's: * and ? stand for characters, [...] for one of some, and a ** that is
// a whole part of the path for any folders, none included; a \ takes the next character as it is.
// None of them stands for the dot at the begin of a name, nor ** for what a link leads to. Folders
// are named only by a pattern that ends in a slash. Paths may have any bytes; one that begins with
// a dash gets ./ before it, since programs would take it for an option. Folders that cannot be read
// are left out, and named.
#pragma once

#include "result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

class FileList {
public:
    struct Unreadable {
        std::string folder;
        std::string why;
    };

    /// Looks once. Fails where nothing matches.
    static Result<FileList> match(const std::string &pattern);

    std::size_t size() const { return m_ends.size(); }
    std::string_view path(std::size_t index) const
    {
        const std::uint64_t begin = index == 0 ? 0 : m_ends[index - 1];
        return std::string_view(m_paths).substr(begin, m_ends[index] - begin);
    }
    std::uint64_t pathBytes() const { return m_paths.size(); }
    std::uint64_t longestPath() const { return m_longestPath; }
    /// Where there may be files that match, too; sorted.
    const std::vector<Unreadable> &unreadable() const { return m_unreadable; }
    /// Of the paths, with the sizes and times of the files.
    const std::string &contentHash() const { return m_contentHash; }

private:
    FileList() = default;

    std::string m_paths; ///< one behind the other
    std::vector<std::uint64_t> m_ends;
    std::uint64_t m_longestPath = 0;
    std::vector<Unreadable> m_unreadable;
    std::string m_contentHash;
};

} // namespace poolscope
