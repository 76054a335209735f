// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/headless.h"

#include "headless/commandline.h"
#include "headless/runcommand.h"
#include "task/builtin.h"

#include <QCoreApplication>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

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

int listTasks()
{
    for (const BuiltinInfo &info : builtins()) {
        const std::string name = std::string(info.name) + std::string(info.arguments);
        std::printf("%-20s %s\n", name.c_str(), std::string(info.summary).c_str());
    }
    return exitAllSucceeded;
}

} // namespace

int runHeadless(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    raiseDescriptorLimit();
    QCoreApplication application(argc, argv);
    const CommandLine line = parseCommandLine(argc, argv);
    if (const auto *message = std::get_if<MessageCommand>(&line)) {
        std::fputs(message->text.c_str(), message->status == exitAllSucceeded ? stdout : stderr);
        return message->status;
    }
    if (std::holds_alternative<TasksCommand>(line))
        return listTasks();
    return RunCommand(std::get<RunOptions>(line)).execute();
}

} // namespace poolscope
