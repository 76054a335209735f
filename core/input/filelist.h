// SPDX-License-Identifier: GPL-3.0-or-later
// FileList: the files that match a pattern, sorted by the bytes of their paths.
//
// The pattern is that of a shell: * and ? match characters, [...] matches one of some characters,
// and \ quotes the next character. A part ** of the path matches any number of folders, also none,
// but does not follow links. A dot at the beginning of a name matches only a dot. Folders match
// only a pattern that ends in a slash. Paths may contain any bytes. A path that begins with a dash
// is returned with ./ in front, since programs would read it as an option. Folders that cannot be
// read are left out and listed.
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

    /// Lists the files once. Fails if nothing matches.
    static Result<FileList> match(const std::string &pattern);

    std::size_t size() const { return m_ends.size(); }
    std::string_view path(std::size_t index) const
    {
        const std::uint64_t begin = index == 0 ? 0 : m_ends[index - 1];
        return std::string_view(m_paths).substr(begin, m_ends[index] - begin);
    }
    std::uint64_t pathBytes() const { return m_paths.size(); }
    std::uint64_t longestPath() const { return m_longestPath; }
    /// The folders that could not be read, sorted. They may contain files that match.
    const std::vector<Unreadable> &unreadable() const { return m_unreadable; }
    /// The hash of the paths, and of the sizes and times of the files.
    const std::string &contentHash() const { return m_contentHash; }

private:
    FileList() = default;

    std::string m_paths; ///< one after the other
    std::vector<std::uint64_t> m_ends;
    std::uint64_t m_longestPath = 0;
    std::vector<Unreadable> m_unreadable;
    std::string m_contentHash;
};

} // namespace poolscope
