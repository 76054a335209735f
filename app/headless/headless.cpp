// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/headless.h"

#include "headless/commandline.h"
#include "headless/runcommand.h"
#include "task/builtin.h"

#include <QCoreApplication>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
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

/// A descriptor that was closed by whoever started us would be taken by a file of ours.
void openStandardDescriptors()
{
    while (true) {
        const int descriptor = open("/dev/null", O_RDWR);
        if (descriptor > STDERR_FILENO)
            close(descriptor);
        if (descriptor < 0 || descriptor > STDERR_FILENO)
            return;
    }
}

int writeOut(const std::string &text)
{
    std::fputs(text.c_str(), stdout);
    if (std::fflush(stdout) == 0)
        return exitAllSucceeded;
    std::perror("poolscope: cannot write to standard output");
    return exitPoolFailed;
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

int runHeadless(int argc, char **argv)
{
    openStandardDescriptors();
    std::signal(SIGPIPE, SIG_IGN);
    raiseDescriptorLimit();
    QCoreApplication application(argc, argv);
    const CommandLine line = parseCommandLine(argc, argv);
    if (const auto *message = std::get_if<MessageCommand>(&line)) {
        if (message->status == exitAllSucceeded)
            return writeOut(message->text);
        std::fputs(message->text.c_str(), stderr);
        return message->status;
    }
    if (std::holds_alternative<TasksCommand>(line))
        return listTasks();
    return RunCommand(std::get<RunOptions>(line)).execute();
}

} // namespace poolscope
