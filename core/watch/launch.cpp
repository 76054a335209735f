// SPDX-License-Identifier: GPL-3.0-or-later
#include "watch/launch.h"

#include "system/descriptor.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace poolscope::watch {

namespace {

/// Returns the environment of this process with these variables.
std::vector<std::string> environmentWith(
    const std::vector<std::pair<std::string, std::string>> &added)
{
    std::vector<std::string> all;
    for (char **entry = environ; *entry; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        bool isReplaced = false;
        for (const auto &variable : added)
            isReplaced = isReplaced || variable.first == name;
        if (!isReplaced)
            all.emplace_back(text);
    }
    for (const auto &[name, value] : added)
        all.push_back(name + "=" + value);
    return all;
}

std::vector<char *> pointersTo(std::vector<std::string> &texts)
{
    std::vector<char *> pointers(texts.size() + 1);
    std::transform(texts.begin(), texts.end(), pointers.begin(),
        [](std::string &text) { return text.data(); });
    return pointers; // the last one is null
}

/// Runs in the child between fork and exec. Calls only functions that are safe there.
[[noreturn]] void execute(const CommandLaunch &launch, const char *program, char *const *words,
    char *const *environment, int problem)
{
    if (launch.output) {
        ::setpgid(0, 0);
        // Reading the terminal would stop a group that is not in its foreground.
        ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
        ::dup2(*launch.output, STDOUT_FILENO);
        ::dup2(*launch.output, STDERR_FILENO);
    }
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD})
        ::signal(signal, SIG_DFL);
    sigset_t nothing;
    sigemptyset(&nothing);
    ::sigprocmask(SIG_SETMASK, &nothing, nullptr);
    if (launch.descriptors)
        ::setrlimit(RLIMIT_NOFILE, &*launch.descriptors);
    if (launch.folder.empty() || ::chdir(launch.folder.c_str()) == 0)
        ::execvpe(program, words, environment);
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(problem, &error, sizeof(error));
    ::_exit(127);
}

} // namespace

LaunchedCommand::LaunchedCommand(pid_t pid)
    : m_pid(pid)
    , m_descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))
{
}

tl::expected<LaunchedCommand, LaunchFailure> LaunchedCommand::start(const CommandLaunch &launch)
{
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return tl::unexpected(LaunchFailure{126, std::strerror(errno)});
    const Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    std::vector<std::string> words = launch.words;
    std::vector<std::string> environment = environmentWith(launch.environment);
    const std::vector<char *> wordPointers = pointersTo(words);
    const std::vector<char *> environmentPointers = pointersTo(environment);
    const pid_t pid = ::fork();
    if (pid < 0)
        return tl::unexpected(LaunchFailure{126, std::strerror(errno)});
    if (pid == 0)
        execute(launch, words.front().c_str(), wordPointers.data(), environmentPointers.data(),
            writer.number());
    writer.close();
    int error = 0;
    if (::read(reader.number(), &error, sizeof(error)) == sizeof(error)) {
        ::waitpid(pid, nullptr, 0);
        return tl::unexpected(
            LaunchFailure{error == ENOENT || error == ENOTDIR ? 127 : 126, std::strerror(error)});
    }
    return LaunchedCommand(pid);
}

std::optional<CommandEnd> LaunchedCommand::wait(int milliseconds)
{
    pollfd descriptor{m_descriptor, POLLIN, 0};
    ::poll(&descriptor, m_descriptor < 0 ? 0 : 1, milliseconds);
    int status = 0;
    if (::waitpid(m_pid, &status, WNOHANG) != m_pid)
        return std::nullopt;
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
    if (WIFSIGNALED(status))
        return CommandEnd{128 + WTERMSIG(status), WTERMSIG(status)};
    return CommandEnd{WEXITSTATUS(status), 0};
}

int endAs(const CommandEnd &end)
{
    if (end.signal == 0)
        return end.status;
    const rlimit noCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &noCore);
    ::signal(end.signal, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, end.signal);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(end.signal);
    return end.status;
}

} // namespace poolscope::watch
