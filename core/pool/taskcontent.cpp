// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskcontent.h"

#include "input/contenthash.h"
#include "input/datafile.h"
#include "pool/workerprogram.h"
#include "task/programpath.h"
#include "task/words.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>
#include <span>
#include <sys/stat.h>
#include <vector>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

/// Larger files are compared by size and time, since reading them would delay a run.
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

/// The folder from which relative names of a task's files start.
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
        // After a link, .. is not the folder before it.
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

    /// Returns findProgram() of a name, or of a path that starts from this folder.
    Result<std::string> program(const std::string &name) const
    {
        const bool isPath = name.find('/') != std::string::npos;
        return findProgram(isPath ? absolute(name) : name);
    }

private:
    fs::path m_path;
};

/// The texts within a word that could be names of files: the whole word, and parts of it if it is a
/// script or an option with its value. Files that a script redirects its output to (> FILE) are
/// left out, but a file that it writes otherwise (tee FILE) cannot be distinguished from one that
/// it reads.
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

/// The interpreter for Python source that a command names: the command's program if that is one.
std::string interpreterIn(const std::string &program)
{
    const std::string name = fs::path(program).filename();
    const bool isInterpreter = name.starts_with("python")
        && name.find_first_not_of("0123456789.", std::strlen("python")) == std::string::npos;
    return isInterpreter ? program : PythonTask().interpreter;
}

const std::string *commandOf(const TaskSpec &task)
{
    if (const auto *command = std::get_if<CommandTask>(&task))
        return &command->command;
    const auto *filter = std::get_if<FilterTask>(&task);
    return filter ? &filter->command : nullptr;
}

/// The words of a task in which files may be named, without its program.
Result<std::vector<std::string>> wordsOf(const TaskSpec &task)
{
    if (const auto *shell = std::get_if<ShellTask>(&task))
        return std::vector<std::string>{shell->script};
    const std::string *command = commandOf(task);
    if (!command)
        return std::vector<std::string>();
    return splitWords(*command).map([](std::vector<std::string> words) {
        words.erase(words.begin());
        return words;
    });
}

/// The files that the task names, and those that Python source among them imports. If no
/// interpreter answers, imports are not included.
Result<std::vector<std::string>> namedFiles(const TaskSpec &task, const std::string &program,
    const Folder &folder, const StillWanted &wanted)
{
    const auto words = wordsOf(task);
    if (!words)
        return tl::unexpected(words.error());
    std::vector<std::string> files = filesNamedIn(*words, folder);
    std::vector<std::string> scripts;
    std::ranges::copy_if(files, std::back_inserter(scripts),
        [](const std::string &file) { return file.ends_with(".py"); });
    if (scripts.empty())
        return files;
    const auto imports =
        pythonImports(interpreterIn(program), scripts, folder.path().string(), wanted);
    if (imports)
        files.insert(files.end(), imports->begin(), imports->end());
    return files;
}

/// The main file of the task. Empty if there is none, or if it depends on the input.
Result<std::string> mainFile(const TaskSpec &task, const Folder &folder, const StillWanted &wanted)
{
    const auto absolute = [&folder](const std::string &path) {
        return path.empty() ? path : folder.absolute(path);
    };
    if (const auto *python = std::get_if<PythonTask>(&task))
        return pythonSource(*python, folder.path().string(), wanted).map(absolute);
    if (const auto *library = std::get_if<LibraryTask>(&task))
        return absolute(library->path);
    const std::string *command = commandOf(task);
    if (!command)
        return std::string();
    const auto words = splitWords(*command);
    if (!words)
        return tl::unexpected(words.error());
    if (words->front().find('{') != std::string::npos)
        return std::string();
    return folder.program(words->front()).map(absolute);
}

Result<std::vector<std::string>> otherFiles(const TaskSpec &task, const std::string &mainFile,
    const Folder &folder, const StillWanted &wanted)
{
    const auto *python = std::get_if<PythonTask>(&task);
    if (!python)
        return namedFiles(task, mainFile, folder, wanted);
    if (mainFile.empty())
        return std::vector<std::string>();
    const std::string place = pythonPlace(*python);
    return pythonImports(python->interpreter, {isPythonFile(place) ? mainFile : place},
        folder.path().string(), wanted);
}

} // namespace

Result<std::vector<TaskFile>> taskFiles(const TaskSpec &task, const StillWanted &wanted)
{
    std::error_code error;
    const Folder folder(fs::current_path(error));
    const auto main = mainFile(task, folder, wanted);
    if (!main)
        return tl::unexpected(main.error());
    std::vector<TaskFile> files;
    if (!main->empty()) {
        auto file = hashed(*main);
        if (!file)
            return tl::unexpected(file.error());
        files.push_back(std::move(*file));
    }
    const auto others = otherFiles(task, *main, folder, wanted);
    if (!others)
        return tl::unexpected(others.error());
    std::set<std::string> seen{*main};
    for (const std::string &path : *others) {
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
    const auto main = mainFile(task, Folder(folder), wanted);
    if (!main)
        return tl::unexpected(main.error());
    for (std::size_t i = 0; i < before.size(); ++i) {
        const bool isMain = i == 0 && !main->empty();
        const std::string &path = isMain ? *main : before[i].path;
        const auto file = hashed(path);
        if (!file || file->hash != before[i].hash)
            return path;
    }
    return std::string();
}

} // namespace poolscope
