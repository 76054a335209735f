// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/childprocess.h"

#include "system/processtable.h"
#include "system/signalname.h"
#include "worker/clock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

namespace poolscope::worker {

namespace {

struct Pipe {
    Descriptor readEnd;
    Descriptor writeEnd;
};

tl::expected<Pipe, int> makePipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return tl::unexpected(errno);
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Descriptors 0, 1 and 2 of the child. -1 for the descriptor of the worker.
struct Ends {
    int input = -1;
    int output = -1;
    int error = -1;
};

/// Runs the program in the child. Makes only system calls, since the child shares the worker's
/// memory until then. Returns if that fails.
void becomeProgram(const char *path, char *const *words, Ends ends, pid_t worker)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != worker)
        _exit(127);
    std::signal(SIGPIPE, SIG_DFL);
    if (ends.input >= 0)
        dup2(ends.input, STDIN_FILENO);
    dup2(ends.output, STDOUT_FILENO);
    dup2(ends.error, STDERR_FILENO);
    execve(path, words, environ);
}

/// Returns the new process, or an errno. Uses vfork(), since posix_spawn() cannot make the child
/// die with the worker, and makes some 15 more system calls.
[[gnu::noinline]] tl::expected<pid_t, int> run(const char *path, char *const *words, Ends ends)
{
    const pid_t worker = getpid();
    volatile int failed = 0;
    const pid_t pid = vfork();
    if (pid == 0) {
        becomeProgram(path, words, ends, worker);
        failed = errno;
        _exit(127);
    }
    if (pid < 0)
        return tl::unexpected(errno);
    if (failed == 0)
        return pid;
    waitpid(pid, nullptr, 0);
    return tl::unexpected(static_cast<int>(failed));
}

/// Calls run(), again and again while there are too many processes: for 5 s at first, for 30 s once
/// a process was started, and once only after that time has passed in vain.
tl::expected<pid_t, int> runWhenThereIsRoom(const char *path, char *const *words, Ends ends)
{
    constexpr std::chrono::milliseconds interval(20);
    constexpr std::uint64_t second = 1'000'000'000; // nanoseconds
    static std::uint64_t patience = 5 * second;
    const std::uint64_t begun = now();
    for (;;) {
        const auto pid = run(path, words, ends);
        const bool isInVain = !pid && pid.error() == EAGAIN && now() - begun >= patience;
        if (isInVain)
            patience = 0;
        else if (pid)
            patience = 30 * second;
        if (pid || pid.error() != EAGAIN || isInVain)
            return pid;
        std::this_thread::sleep_for(interval);
    }
}

/// Returns the adopted processes and their descendants. To be called while no program runs.
std::vector<pid_t> adoptedProcesses()
{
    const bool hasChildren = waitpid(-1, nullptr, WNOHANG) >= 0;
    return hasChildren ? descendantsOf(getpid()) : std::vector<pid_t>();
}

std::vector<char *> pointersTo(std::vector<std::string> &words)
{
    std::vector<char *> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

tl::expected<ChildProcess, int> ChildProcess::start(
    const std::string &path, std::vector<std::string> words, StandardInput standardInput)
{
    auto output = makePipe();
    auto error = makePipe();
    auto input = standardInput == StandardInput::Pipe ? makePipe() : Pipe();
    for (const auto *pipe : {&output, &error, &input}) {
        if (!*pipe)
            return tl::unexpected(pipe->error());
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    ChildProcess child;
    child.reapOthers();
    child.m_others = adoptedProcesses();
    const std::vector<char *> argv = pointersTo(words);
    const auto pid = runWhenThereIsRoom(path.c_str(), argv.data(),
        {input->readEnd.number(), output->writeEnd.number(), error->writeEnd.number()});
    if (!pid)
        return tl::unexpected(pid.error());
    child.m_pid = *pid;
    child.m_ending = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
    child.m_input = std::move(input->writeEnd);
    child.m_output = std::move(output->readEnd);
    child.m_error = std::move(error->readEnd);
    if (!child.m_ending.isOpen())
        return tl::unexpected(errno);
    return child;
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : m_pid(std::exchange(other.m_pid, 0))
    , m_others(std::move(other.m_others))
    , m_nextReap(other.m_nextReap)
    , m_ending(std::move(other.m_ending))
    , m_input(std::move(other.m_input))
    , m_output(std::move(other.m_output))
    , m_error(std::move(other.m_error))
{
}

ChildProcess::~ChildProcess()
{
    if (m_pid == 0)
        return;
    kill();
    reap();
}

void ChildProcess::kill()
{
    killTree(m_pid);
    killOrphans();
}

void ChildProcess::killOrphans() const
{
    constexpr int rounds = 20; // processes of another user cannot be killed
    bool areThereMore = true;
    for (int round = 0; round < rounds && areThereMore; ++round) {
        areThereMore = false;
        for (const pid_t child : childrenOf(getpid())) {
            const bool isOrphan = child != m_pid && !std::ranges::count(m_others, child);
            if (isOrphan && processEntry(child) && !isResourceTracker(child)) {
                killTree(child);
                areThereMore = true;
            }
        }
    }
}

int ChildProcess::reap()
{
    int status = 0;
    while (waitpid(m_pid, &status, 0) < 0 && errno == EINTR) { }
    m_pid = 0;
    if (WIFSIGNALED(status))
        killOrphans();
    return status;
}

std::uint64_t ChildProcess::reapOthersIfDue(std::uint64_t time)
{
    constexpr std::uint64_t interval = 1'000'000'000; // nanoseconds
    if (time >= m_nextReap) {
        reapOthers();
        m_nextReap = time + interval;
    }
    return m_nextReap;
}

void ChildProcess::reapOthers()
{
    siginfo_t ended{};
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0
        && ended.si_pid != m_pid) {
        waitpid(ended.si_pid, nullptr, 0);
        ended.si_pid = 0;
    }
}

std::string describeStatus(int status, const OomWatch &outOfMemory)
{
    if (WIFEXITED(status))
        return "ended with status " + std::to_string(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    return "was killed by " + signalText(signal)
        + (signal == SIGKILL ? outOfMemory.sinceBegin() : "");
}

} // namespace poolscope::worker
