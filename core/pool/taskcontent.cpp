// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskcontent.h"

#include "input/contenthash.h"
#include "input/datafile.h"
#include "pool/workerprogram.h"
#include "task/programpath.h"
#include "task/pythonimports.h"
#include "task/words.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <set>
#include <span>
#include <sys/stat.h>
#include <vector>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

/// Reading more would keep a run waiting.
constexpr off_t mostBytesRead = 256 << 20;

Result<TaskFile> hashed(const std::string &path)
{
    struct stat status { };
    ContentHasher hasher;
    const bool isThere = stat(path.c_str(), &status) == 0;
    if (isThere && !S_ISREG(status.st_mode))
        return failure("cannot read " + path + ": it is not a regular file");
    if (isThere && status.st_size > mostBytesRead) {
        hasher.add(std::to_string(status.st_size) + ' ' + std::to_string(status.st_mtim.tv_sec)
            + ' ' + std::to_string(status.st_mtim.tv_nsec));
        return TaskFile{path, hasher.digest()};
    }
    return DataFile::open(path)
        .and_then([&hasher](DataFile file) {
            return file.readBlocks(0, SIZE_MAX, [&hasher](std::string_view block) {
                hasher.add(block);
                return true;
            });
        })
        .map([&] {
            return TaskFile{path, hasher.digest()};
        });
}

/// The folder at which relative names of a task's files begin.
class Folder {
public:
    explicit Folder(fs::path path)
        : m_path(std::move(path))
    {
    }

    const fs::path &path() const { return m_path; }

    std::string absolute(const std::string &name) const
    {
        const fs::path whole = m_path / name;
        // Behind a link, .. is not the folder that stands before it.
        if (name.find("..") == std::string::npos)
            return whole.lexically_normal().string();
        std::error_code error;
        const fs::path plain = fs::weakly_canonical(whole, error);
        return error ? whole.string() : plain.string();
    }

    bool hasFile(const std::string &name) const
    {
        std::error_code error;
        return fs::is_regular_file(m_path / name, error);
    }

    std::vector<std::string> pythonPath() const
    {
        std::vector<std::string> folders = pythonPathFolders();
        for (std::string &folder : folders)
            folder = (m_path / folder).string();
        return folders;
    }

    /// As findProgram(), for a path that begins at this folder.
    Result<std::string> program(const std::string &name) const
    {
        const bool isPath = name.find('/') != std::string::npos;
        return findProgram(isPath ? absolute(name) : name);
    }

private:
    fs::path m_path;
};

struct TaskPaths {
    std::string runBy; ///< empty: by none of its own, or by another for each input
    std::vector<std::string> others;
};

/// What could be a file's name within a word: all of it, or, where it is a script or an option with
/// its value, a piece. What a script writes to (> FILE) is none of it, but one that it writes
/// otherwise (tee FILE) cannot be told from one that it reads.
std::vector<std::string> possibleNames(const std::string &word)
{
    constexpr std::string_view separators = " \t\n;|&()<>=\"'`$";
    std::vector<std::string> names{word};
    constexpr std::string_view beforeItsName = " \t\"'";
    bool isWrittenTo = false;
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t end = std::min(word.find_first_of(separators, at), word.size());
        if (end > at && !isWrittenTo)
            names.push_back(word.substr(at, end - at));
        const char separator = end < word.size() ? word[end] : ';';
        const bool isStillToCome =
            isWrittenTo && end == at && beforeItsName.find(separator) != std::string_view::npos;
        isWrittenTo = separator == '>' || isStillToCome;
        at = end + 1;
    }
    return names;
}

std::vector<std::string> filesNamedIn(std::span<const std::string> words, const Folder &folder)
{
    std::vector<std::string> files;
    for (const std::string &word : words) {
        for (const std::string &name : possibleNames(word)) {
            if (folder.hasFile(name))
                files.push_back(folder.absolute(name));
        }
    }
    return files;
}

/// What Python source among the files imports is added to them.
void addImports(std::vector<std::string> &files, const Folder &folder)
{
    const std::vector<std::string> named = files;
    for (const std::string &file : named) {
        if (!file.ends_with(".py"))
            continue;
        std::vector<std::string> folders = folder.pythonPath();
        folders.insert(folders.begin(), fs::path(file).parent_path());
        std::ranges::move(importedFiles(file, folders), std::back_inserter(files));
    }
}

Result<TaskPaths> pathsOfCommand(const std::string &command, const Folder &folder)
{
    const auto words = splitWords(command);
    if (!words)
        return tl::unexpected(words.error());
    std::vector<std::string> named = filesNamedIn(std::span(*words).subspan(1), folder);
    addImports(named, folder);
    if (words->front().find('{') != std::string::npos)
        return TaskPaths{{}, std::move(named)};
    return folder.program(words->front()).map([&](const std::string &program) {
        return TaskPaths{folder.absolute(program), std::move(named)};
    });
}

/// The folder on the interpreter's path in which a module's source lies: above its packages.
std::string folderOfModule(const PythonTask &task, const std::string &source)
{
    const std::string module = task.target.substr(0, task.target.rfind(':'));
    const fs::path path(source);
    auto levels = std::ranges::count(module, '.') + (path.filename() == "__init__.py" ? 1 : 0);
    fs::path folder = path.parent_path();
    for (; levels > 0; --levels)
        folder = folder.parent_path();
    return folder;
}

Result<TaskPaths> pathsOfPython(
    const PythonTask &task, const Folder &folder, const StillWanted &wanted)
{
    const auto source = pythonSource(task, folder.path().string(), wanted);
    if (!source)
        return tl::unexpected(source.error());
    if (source->empty())
        return TaskPaths();
    const std::string path = folder.absolute(*source);
    const bool isModule = !task.target.starts_with(*source);
    // A module may be in an archive, and a file that the user names may have any ending.
    const bool isSource =
        isModule ? path.ends_with(".py") : !path.ends_with(".pyc") && !path.ends_with(".so");
    if (!isSource)
        return TaskPaths{path, {}};
    std::vector<std::string> folders = folder.pythonPath();
    folders.insert(folders.begin(),
        isModule ? folderOfModule(task, path) : fs::path(path).parent_path().string());
    return TaskPaths{path, importedFiles(path, folders)};
}

Result<TaskPaths> pathsOf(const TaskSpec &task, const Folder &folder, const StillWanted &wanted)
{
    if (const auto *python = std::get_if<PythonTask>(&task))
        return pathsOfPython(*python, folder, wanted);
    if (const auto *command = std::get_if<CommandTask>(&task))
        return pathsOfCommand(command->command, folder);
    if (const auto *filter = std::get_if<FilterTask>(&task))
        return pathsOfCommand(filter->command, folder);
    TaskPaths paths;
    if (const auto *library = std::get_if<LibraryTask>(&task))
        paths.runBy = folder.absolute(library->path);
    if (const auto *shell = std::get_if<ShellTask>(&task)) {
        paths.others = filesNamedIn(std::span(&shell->script, 1), folder);
        addImports(paths.others, folder);
    }
    return paths;
}

} // namespace

Result<std::vector<TaskFile>> taskFiles(const TaskSpec &task, const StillWanted &wanted)
{
    std::error_code error;
    const auto paths = pathsOf(task, Folder(fs::current_path(error)), wanted);
    if (!paths)
        return tl::unexpected(paths.error());
    std::vector<TaskFile> files;
    if (!paths->runBy.empty()) {
        auto file = hashed(paths->runBy);
        if (!file)
            return tl::unexpected(file.error());
        files.push_back(std::move(*file));
    }
    std::set<std::string> seen{paths->runBy};
    for (const std::string &path : paths->others) {
        if (!seen.insert(path).second)
            continue;
        if (auto file = hashed(path))
            files.push_back(std::move(*file));
    }
    return files;
}

Result<std::string> firstChanged(const std::vector<TaskFile> &before, const TaskSpec &task,
    const std::string &folder, const StillWanted &wanted)
{
    if (before.empty())
        return std::string();
    const auto now = pathsOf(task, Folder(folder), wanted);
    if (!now)
        return tl::unexpected(now.error());
    for (std::size_t i = 0; i < before.size(); ++i) {
        const bool isRunBy = i == 0 && !now->runBy.empty();
        const std::string &path = isRunBy ? now->runBy : before[i].path;
        const auto file = hashed(path);
        if (!file || file->hash != before[i].hash)
            return path;
    }
    return std::string();
}

} // namespace poolscope
