// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/filelist.h"

#include "input/contenthash.h"

#include <algorithm>
#include <filesystem>
#include <glob.h>
#include <memory>
#include <optional>
#include <sys/stat.h>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view anyFolders = "**";

/// A pattern cut at its first part that is "**".
struct CutPattern {
    std::string_view before; ///< with its slash, or empty
    std::string_view after; ///< without one
};

std::optional<CutPattern> cutAtAnyFolders(std::string_view pattern)
{
    for (std::size_t at = 0; (at = pattern.find(anyFolders, at)) != pattern.npos; ++at) {
        const std::size_t end = at + anyFolders.size();
        const bool begins = at == 0 || pattern[at - 1] == '/';
        if (begins && (end == pattern.size() || pattern[end] == '/'))
            return CutPattern{
                pattern.substr(0, at), pattern.substr(std::min(end + 1, pattern.size()))};
    }
    return std::nullopt;
}

/// The pattern that matches just this path.
std::string literal(std::string_view path)
{
    std::string pattern;
    for (const char c : path) {
        if (std::string_view("*?[]\\").find(c) != std::string_view::npos)
            pattern += '\\';
        pattern += c;
    }
    return pattern;
}

/// How many parts are "." or "..".
std::size_t dotParts(std::string_view path)
{
    std::size_t count = 0;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, end);
        count += part == "." || part == ".." ? 1 : 0;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return count;
}

class Matcher {
public:
    explicit Matcher(std::string_view pattern)
        : m_wantsFolders(pattern.ends_with('/'))
    {
    }

    Result<void> match(const std::string &pattern)
    {
        const auto cut = cutAtAnyFolders(pattern);
        if (!cut)
            return matchFlat(pattern, [this](const char *path) { take(path); });
        const std::string after(cut->after.empty() && !m_wantsFolders ? "*" : cut->after);
        Result<void> matched;
        const auto below = [&](const std::string &folder) {
            if (matched)
                matched = after.empty() && !folder.empty() ? take(folder.c_str())
                                                           : match(literal(folder) + after);
        };
        if (cut->before.empty()) {
            visitFolders("", below);
            return matched;
        }
        const auto found = matchFlat(
            std::string(cut->before), [&](const char *folder) { visitFolders(folder, below); });
        return found ? matched : found;
    }

    std::vector<std::string> takePaths()
    {
        std::sort(m_paths.begin(), m_paths.end());
        m_paths.erase(std::unique(m_paths.begin(), m_paths.end()), m_paths.end());
        return std::move(m_paths);
    }

private:
    Result<void> take(const char *path)
    {
        struct stat info { };
        const bool isFolder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        if (isFolder == m_wantsFolders)
            m_paths.emplace_back(path);
        return {};
    }

    template <typename Use> static Result<void> matchFlat(const std::string &pattern, Use use)
    {
        glob_t found{};
        const std::unique_ptr<glob_t, void (*)(glob_t *)> freed(&found, globfree);
        const int status = glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
        if (status == GLOB_NOSPACE)
            return failure("there is not enough memory for the files of '" + pattern + "'");
        // A .* would lead through . and .., too.
        const std::size_t given = dotParts(pattern);
        for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) {
            if (dotParts(found.gl_pathv[i]) <= given)
                use(found.gl_pathv[i]);
        }
        return {};
    }

    /// Visits a folder ("" or ending in a slash) and those below it, but for hidden ones and links.
    template <typename Visit> static void visitFolders(const std::string &folder, Visit visit)
    {
        visit(folder);
        std::error_code error;
        const auto skip = fs::directory_options::skip_permission_denied;
        fs::recursive_directory_iterator entries(folder.empty() ? "." : folder, skip, error);
        for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
            std::error_code unknown;
            const bool isHidden = entries->path().filename().native().starts_with('.');
            if (isHidden)
                entries.disable_recursion_pending();
            else if (entries->symlink_status(unknown).type() == fs::file_type::directory)
                visit(folder + below(entries->path().native(), folder) + "/");
        }
    }

    /// The path without the folder that it was found in, which the iterator wrote "." for "".
    static std::string below(const std::string &path, const std::string &folder)
    {
        return path.substr(folder.empty() ? std::string_view("./").size() : folder.size());
    }

    bool m_wantsFolders;
    std::vector<std::string> m_paths;
};

/// What tells whether a file is still the same, without reading it.
std::string fingerprint(const std::string &path)
{
    struct stat info { };
    if (stat(path.c_str(), &info) != 0)
        return "?";
    return std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + "."
        + std::to_string(info.st_mtim.tv_nsec);
}

} // namespace

Result<FileList> FileList::match(const std::string &pattern)
{
    Matcher matcher(pattern);
    if (const auto matched = matcher.match(pattern); !matched)
        return tl::unexpected(matched.error());
    const std::vector<std::string> paths = matcher.takePaths();
    if (paths.empty())
        return failure("no file matches '" + pattern + "'");
    FileList list;
    ContentHasher hasher;
    for (const std::string &path : paths) {
        list.m_paths += path;
        list.m_ends.push_back(list.m_paths.size());
        list.m_longestPath = std::max<std::uint64_t>(list.m_longestPath, path.size());
        hasher.add(path + '\0' + fingerprint(path) + '\0');
    }
    list.m_contentHash = hasher.digest();
    return list;
}

} // namespace poolscope
