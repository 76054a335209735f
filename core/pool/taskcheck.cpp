// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskcheck.h"

#include "pool/workerprogram.h"
#include "task/builtin.h"
#include "task/commandtemplate.h"
#include "task/programpath.h"
#include "task/words.h"

#include <string_view>

namespace poolscope {

namespace {

std::string firstLine(std::string_view text)
{
    return std::string(text.substr(0, text.find('\n')));
}

/// Loads a library in a worker program, so that its code does not run in this process.
Result<std::string> askAboutLibrary(
    const std::string &path, const std::vector<std::string> &arguments, const StillWanted &wanted)
{
    const auto answer =
        askProgram("the worker that loads " + path, builtinWorkerPath(), arguments, wanted);
    if (!answer)
        return tl::unexpected(answer.error());
    if (answer->signal != 0)
        return failure("loading the library " + path + " kills the process that does it, by signal "
            + std::to_string(answer->signal));
    if (answer->status != 0)
        return failure(answer->output.empty()
                ? "loading the library " + path + " ends the process that does it, with status "
                    + std::to_string(answer->status)
                : firstLine(answer->output));
    return answer->output;
}

Result<std::vector<std::string>> wordsOf(const std::string &what, const std::string &command)
{
    return splitWords(command).map_error([&](const Error &error) {
        return Error{what + " cannot be split into words: " + error.message};
    });
}

struct Check {
    const StillWanted &wanted;

    Result<void> operator()(const BuiltinTask &task) const
    {
        return makeBuiltin(task.name, task.arguments).map([](const Builtin &) {});
    }
    Result<void> operator()(const PythonTask &task) const { return checkPython(task, wanted); }
    Result<void> operator()(const CommandTask &task) const
    {
        return wordsOf("the command", task.command).and_then([](const auto &words) {
            // The columns are not known here, so a program in braces is checked later.
            const bool fixed = words.front().find('{') == std::string::npos;
            return fixed ? checkProgram(words.front()) : Result<void>();
        });
    }
    Result<void> operator()(const FilterTask &task) const
    {
        return wordsOf("the filter", task.command).and_then([](const auto &words) {
            return checkProgram(words.front());
        });
    }
    Result<void> operator()(const ShellTask &task) const
    {
        // With -n, the shell reads the script and runs nothing of it.
        const auto answer = askProgram("the shell", "sh", {"-n", "-c", task.script, "sh"}, wanted);
        if (!answer)
            return tl::unexpected(answer.error());
        if (answer->status != 0)
            return failure("the shell cannot read the script: " + firstLine(answer->error));
        return {};
    }
    Result<void> operator()(const LibraryTask &task) const
    {
        return askAboutLibrary(task.path, {"--check-library", task.path, task.symbol}, wanted)
            .map([](const std::string &) {});
    }

    static Result<void> checkProgram(const std::string &name)
    {
        return findProgram(name).map([](const std::string &) {});
    }
};

} // namespace

Result<void> checkTask(const TaskSpec &task, const StillWanted &wanted)
{
    return std::visit(Check{wanted}, task);
}

Result<std::vector<std::string>> libraryTasks(const std::string &path, const StillWanted &wanted)
{
    return askAboutLibrary(path, {"--library-tasks", path}, wanted).map([](std::string_view lines) {
        std::vector<std::string> names;
        for (auto end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
            names.emplace_back(lines.substr(0, end));
            lines.remove_prefix(end + 1);
        }
        return names;
    });
}

} // namespace poolscope
