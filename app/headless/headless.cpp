// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/headless.h"

#include "headless/commandline.h"
#include "headless/comparecommand.h"
#include "headless/complaint.h"
#include "headless/runcommand.h"
#include "headless/runfilecommands.h"
#include "headless/standardoutput.h"
#include "headless/sweepcommand.h"
#include "task/builtin.h"

#include <QCoreApplication>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace poolscope {

namespace {

/// Each worker takes some descriptors; the usual soft limit of 1024 would end at 200 workers.
void raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// A descriptor that was closed by whoever started us would be taken by a file of ours. Reading
/// from what is there instead, or writing to it, is an error, as it would have been.
void openStandardDescriptors()
{
    for (int wanted = STDIN_FILENO; wanted <= STDERR_FILENO; ++wanted) {
        if (fcntl(wanted, F_GETFD) < 0)
            open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_PATH);
    }
}

/// A file that grows beyond what `ulimit -f` allows is an error of the write, as a full disk is.
/// The programs that are started do not inherit a handler, as they would inherit that it is
/// ignored.
void surviveFileSizeLimit()
{
    std::signal(SIGXFSZ, [](int) {});
}

int writeOut(const std::string &text)
{
    if (const auto checked = StandardOutput::check(); !checked)
        return complain(checked.error(), exitWrongUse);
    const auto written = StandardOutput({}).writeText(text);
    return written ? exitAllSucceeded : complain(written.error(), exitPoolFailed);
}

int listTasks()
{
    constexpr std::size_t nameWidth = 20;
    std::string list;
    for (const BuiltinInfo &info : builtins()) {
        const std::string name = std::string(info.name) + std::string(info.arguments);
        list += name + std::string(nameWidth - name.size(), ' ') + std::string(info.summary) + "\n";
    }
    return writeOut(list);
}

} // namespace

int runProgram(int argc, char **argv, const WithWidgets &withWidgets)
{
    openStandardDescriptors();
    std::signal(SIGPIPE, SIG_IGN);
    surviveFileSizeLimit();
    raiseDescriptorLimit();
    const CommandLine line = parseCommandLine(argc, argv);
    if (const auto *message = std::get_if<MessageCommand>(&line)) {
        if (message->status == exitAllSucceeded)
            return writeOut(message->text);
        tell(message->text);
        return message->status;
    }
    if (std::holds_alternative<TasksCommand>(line))
        return listTasks();
    const auto *run = std::get_if<RunOptions>(&line);
    const auto *exported = std::get_if<ExportOptions>(&line);
    if (std::holds_alternative<WindowCommand>(line) || (run && run->wantsDrawing())
        || (exported && exported->wantsDrawing()))
        return withWidgets(argc, argv, line);
    QCoreApplication application(argc, argv);
    if (const auto *sweep = std::get_if<SweepOptions>(&line))
        return SweepCommand(*sweep).execute();
    if (exported)
        return exportRunFile(*exported, {});
    if (const auto *info = std::get_if<InfoOptions>(&line))
        return info->files.size() > 1 ? compareRunFiles(*info) : showRunFile(*info);
    return RunCommand(*run).execute();
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
