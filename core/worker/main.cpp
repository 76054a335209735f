// SPDX-License-Identifier: GPL-3.0-or-later
// poolscope-worker: a worker. With arguments:
//
//     --keep PROGRAM              the keeper of a worker (worker/keeper.h); PROGRAM is a process id
//     --keep-loader PROGRAM       the keeper of a process that forks workers
//     --keep-copy LIFELINE        the keeper of a worker that was forked; LIFELINE is a descriptor
//     --library-tasks FILE        prints the tasks of a shared library, one a line
//     --check-library FILE TASK   checks that it has this task: status 0, or 1 and the reason
#include "worker/keeper.h"
#include "worker/library.h"
#include "worker/process.h"
#include "worker/session.h"

#include <cstdio>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

/// Writes to `output`, which the library cannot print to. Returns the exit status.
int answer(int output, const poolscope::Result<std::string> &result)
{
    const std::string &text = result ? *result : result.error().message;
    FILE *file = fdopen(output, "w");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    return result ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    using namespace poolscope::worker;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string mode = arguments.empty() ? "" : arguments[0];
    if (mode == "--keep" && arguments.size() == 2)
        runKeeper(std::atoi(argv[2]));
    if (mode == "--keep-loader" && arguments.size() == 2)
        runKeeperOfLoader(std::atoi(argv[2]));
    if (mode == "--keep-copy" && arguments.size() == 2)
        runKeeperOfCopy(std::atoi(argv[2]));
    Channel channel = takeChannel(mode.empty() ? STDIN_FILENO : STDOUT_FILENO);
    if (mode == "--library-tasks" && arguments.size() == 2)
        return answer(channel.output.number(), listTasks(arguments[1]));
    if (mode == "--check-library" && arguments.size() == 3)
        return answer(channel.output.number(), checkTask(arguments[1], arguments[2]));
    return Session(std::move(channel)).run();
}
