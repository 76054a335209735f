// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskcontent.h"

#include "input/contenthash.h"
#include "pool/workerprogram.h"
#include "task/programpath.h"
#include "task/words.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace poolscope {

namespace {

Result<TaskFile> hashed(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    ContentHasher hasher;
    std::vector<char> buffer(256 * 1024);
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        hasher.add({buffer.data(), static_cast<std::size_t>(file.gcount())});
    }
    if (!file.eof())
        return failure("cannot read " + path + ": " + std::strerror(errno));
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    return TaskFile{error ? path : absolute.string(), hasher.digest()};
}

Result<std::vector<TaskFile>> hashedAlone(const std::string &path)
{
    return hashed(path).map([](TaskFile file) { return std::vector<TaskFile>{std::move(file)}; });
}

/// The program that the words begin with; nothing where each input names its own.
Result<std::vector<TaskFile>> programFile(const std::string &command)
{
    const auto words = splitWords(command);
    if (!words)
        return tl::unexpected(words.error());
    if (words->front().find('{') != std::string::npos)
        return std::vector<TaskFile>();
    return findProgram(words->front()).and_then(hashedAlone);
}

} // namespace

Result<std::vector<TaskFile>> taskFiles(const TaskSpec &task)
{
    if (const auto *python = std::get_if<PythonTask>(&task)) {
        const auto source = pythonSource(*python);
        if (!source)
            return tl::unexpected(source.error());
        return source->empty() ? std::vector<TaskFile>() : hashedAlone(*source);
    }
    if (const auto *library = std::get_if<LibraryTask>(&task))
        return hashedAlone(library->path);
    if (const auto *command = std::get_if<CommandTask>(&task))
        return programFile(command->command);
    if (const auto *filter = std::get_if<FilterTask>(&task))
        return programFile(filter->command);
    return std::vector<TaskFile>();
}

} // namespace poolscope
