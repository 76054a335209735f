// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/program.h"

#include "cli/commandline.h"
#include "cli/comparecommand.h"
#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/runcommand.h"
#include "cli/runfilecommands.h"
#include "cli/standardoutput.h"
#include "cli/sweepcommand.h"
#include "cli/watchcommand.h"
#include "system/descriptors.h"
#include "task/builtin.h"

#include <QCoreApplication>
#include <QLocale>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace poolscope {

namespace {

// Libraries end the program if they cannot have these.
constexpr std::uint64_t neededDescriptors = 32;
constexpr int neededThreads = 3;

/// Fails if `count` threads cannot be started.
Result<void> checkThreads(int count)
{
    std::promise<void> tried;
    const std::shared_future<void> haveTried = tried.get_future().share();
    std::vector<std::thread> threads;
    Result<void> result;
    try {
        for (int i = 0; i < count; ++i)
            threads.emplace_back([haveTried] { haveTried.wait(); });
    } catch (const std::system_error &error) {
        result = failure(error.code().message());
    }
    tried.set_value();
    for (std::thread &thread : threads)
        thread.join();
    return result;
}

/// Fails if the program cannot have the descriptors and threads that it needs.
Result<void> checkResources()
{
    if (const auto ensured = ensureDescriptors(neededDescriptors); !ensured)
        return failure("cannot open files: " + ensured.error().message);
    if (const auto checked = checkThreads(neededThreads); !checked)
        return failure("cannot start threads: " + checked.error().message + " (see ulimit -u)");
    return {};
}

/// Opens standard descriptors that are closed, so that no other file has their numbers. Reading
/// from standard input, or writing to the others, still fails.
void openStandardDescriptors()
{
    for (int wanted = STDIN_FILENO; wanted <= STDERR_FILENO; ++wanted) {
        if (fcntl(wanted, F_GETFD) < 0)
            open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_PATH);
    }
}

/// Makes a write beyond `ulimit -f` fail, as on a full disk. Child processes would inherit an
/// ignored signal, but not a handler.
void surviveFileSizeLimit()
{
    std::signal(SIGXFSZ, [](int) {});
}

/// Unblocks all signals, and resets SIGCHLD, since child processes cannot be waited for while it is
/// ignored. Other ignored signals stay ignored: nohup and a shell's `&` rely on that.
void setReliedOnSignals()
{
    std::signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

int listTasks()
{
    constexpr std::size_t nameWidth = 20;
    std::string list;
    for (const BuiltinInfo &info : builtins()) {
        const std::string name = std::string(info.name) + std::string(info.arguments);
        list += name + std::string(nameWidth - name.size(), ' ') + std::string(info.summary) + "\n";
    }
    return print(list);
}

} // namespace

int runProgram(int argc, char **argv, const WithWidgets &withWidgets)
{
    openStandardDescriptors();
    setReliedOnSignals();
    std::signal(SIGPIPE, SIG_IGN);
    surviveFileSizeLimit();
    const CommandLine line = parseCommandLine(argc, argv);
    if (const auto *message = std::get_if<MessageCommand>(&line)) {
        if (message->status == exitAllSucceeded)
            return print(message->text);
        printLines(message->text);
        return message->status;
    }
    if (std::holds_alternative<TasksCommand>(line))
        return listTasks();
    if (const auto checked = checkResources(); !checked) {
        complain(checked.error().message);
        return exitPoolFailed;
    }
    const auto *run = std::get_if<RunOptions>(&line);
    const auto *exported = std::get_if<ExportOptions>(&line);
    const auto *watched = std::get_if<WatchOptions>(&line);
    if (std::holds_alternative<WindowCommand>(line) || (run && run->wantsDrawing())
        || (exported && exported->wantsDrawing()) || (watched && watched->wantsDrawing()))
        return withWidgets(argc, argv, line);
    QCoreApplication application(argc, argv);
    useEnglishNumbers();
    if (const auto *sweep = std::get_if<SweepOptions>(&line))
        return SweepCommand(*sweep).execute();
    if (exported)
        return exportRunFile(*exported, {});
    if (watched)
        return watchCommandLine(*watched, {});
    if (const auto *info = std::get_if<InfoOptions>(&line))
        return info->files.size() > 1 ? compareRunFiles(*info) : showRunFile(*info);
    return RunCommand(*run).execute();
}

void useEnglishNumbers()
{
    std::setlocale(LC_NUMERIC, "C");
    QLocale::setDefault(QLocale(QLocale::English));
}

int becomeWindowProgram(int, char **argv, const CommandLine &)
{
    std::error_code unknown;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
    const std::string program = self.parent_path() / "poolscope-window";
    execv(program.c_str(), argv);
    std::fprintf(stderr,
        "poolscope: the window and the charts are not installed: cannot start %s: %s; 'poolscope "
        "run' works without them\n",
        program.c_str(), std::strerror(errno));
    return exitPoolFailed;
}

} // namespace poolscope
