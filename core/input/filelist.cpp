// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/filelist.h"

#include "input/contenthash.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <glob.h>
#include <map>
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
    for (std::size_t at = 0; (at = pattern.find(anyFolders, at)) != std::string_view::npos; ++at) {
        const std::size_t end = at + anyFolders.size();
        const bool begins = at == 0 || pattern[at - 1] == '/';
        if (begins && (end == pattern.size() || pattern[end] == '/'))
            return CutPattern{
                pattern.substr(0, at), pattern.substr(std::min(end + 1, pattern.size()))};
    }
    return std::nullopt;
}

/// Returns the pattern that matches only this path.
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

/// Returns the number of parts that are "." or "..".
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

    std::vector<FileList::Unreadable> unreadable() const
    {
        std::vector<FileList::Unreadable> folders;
        for (const auto &[folder, error] : m_unreadable)
            folders.push_back({folder, std::strerror(error)});
        return folders;
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
            m_paths.push_back((*path == '-' ? "./" : "") + std::string(path));
        return {};
    }

    template <typename Use> Result<void> matchFlat(const std::string &pattern, Use use)
    {
        glob_t found{};
        const std::unique_ptr<glob_t, void (*)(glob_t *)> freed(&found, globfree);
        globbing = this;
        const int status = glob(
            pattern.c_str(), GLOB_NOSORT,
            [](const char *folder, int error) {
                globbing->cannotRead(folder, error);
                return 0;
            },
            &found);
        if (status == GLOB_NOSPACE)
            return failure("there is not enough memory for the files of '" + pattern + "'");
        // The pattern .* matches . and .., too.
        const std::size_t given = dotParts(pattern);
        for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) {
            if (dotParts(found.gl_pathv[i]) <= given)
                use(found.gl_pathv[i]);
        }
        return {};
    }

    /// Visits a folder ("" or ending in a slash) and those below it, except hidden ones and links.
    template <typename Visit> void visitFolders(const std::string &top, Visit visit)
    {
        std::vector<std::string> waiting{top};
        while (!waiting.empty()) {
            const std::string folder = std::move(waiting.back());
            waiting.pop_back();
            visit(folder);
            std::error_code error;
            fs::directory_iterator entries(folder.empty() ? "." : folder, error);
            for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
                std::error_code unknown;
                const std::string name = entries->path().filename().string();
                if (!name.starts_with('.')
                    && entries->symlink_status(unknown).type() == fs::file_type::directory)
                    waiting.push_back(folder + name + "/");
            }
            if (error)
                cannotRead(folder, error.value());
        }
    }

    /// Ignores paths that are not folders, or that were removed since they were listed.
    void cannotRead(std::string_view folder, int error)
    {
        if (error == ENOENT || error == ENOTDIR)
            return;
        while (folder.size() > 1 && folder.ends_with('/'))
            folder.remove_suffix(1);
        m_unreadable.emplace(folder.empty() ? "." : folder, error);
    }

    // The callback of glob() has no parameter for a context.
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
    static inline thread_local Matcher *globbing = nullptr;

    bool m_wantsFolders;
    std::vector<std::string> m_paths;
    std::map<std::string, int> m_unreadable; ///< errno by folder
};

/// Returns the size and the time of the file, which change when the file changes.
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
    FileList list;
    list.m_unreadable = matcher.unreadable();
    if (paths.empty())
        return failure("no file matches '" + pattern + "'"
            + (list.m_unreadable.empty() ? ""
                                         : ": cannot read the folder "
                        + list.m_unreadable.front().folder + ": " + list.m_unreadable.front().why));
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
