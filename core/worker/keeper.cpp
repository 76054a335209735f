// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/keeper.h"

#include "system/processtable.h"
#include "wire/lifeline.h"
#include "worker/clock.h"
#include "worker/patience.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <set>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <vector>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t second = 1'000'000'000; // nanoseconds
constexpr std::uint64_t patience = 5 * second;
constexpr std::uint64_t patienceAfterSigterm = 1 * second;
constexpr std::uint64_t patienceAfterSigkill = 2 * second; // for processes that cannot be killed
constexpr std::uint64_t killInterval = second / 10;

/// The program. Its death sends SIGCONT to this process, since a stopped keeper would not notice
/// any other signal.
class Program {
public:
    /// The program as the parent of this process, which has set SIGCONT as its parent-death signal.
    static Program parent(pid_t pid) { return {pid, -1}; }
    /// The program as the other end of a socket.
    static Program at(int lifeline)
    {
        fcntl(lifeline, F_SETOWN, getpid());
        fcntl(lifeline, F_SETSIG, SIGCONT);
        fcntl(lifeline, F_SETFL, fcntl(lifeline, F_GETFL) | O_ASYNC);
        return {0, lifeline};
    }

    bool hasDied() const
    {
        if (m_lifeline < 0)
            return getppid() != m_parent;
        pollfd end{m_lifeline, POLLRDHUP, 0};
        return poll(&end, 1, 0) > 0;
    }

private:
    Program(pid_t parent, int lifeline)
        : m_parent(parent)
        , m_lifeline(lifeline)
    {
    }

    pid_t m_parent;
    int m_lifeline;
};

/// When the processes that a worker has started are killed if it failed or died: at once, or on
/// SIGTERM.
enum class Others : std::uint8_t { Killed, KilledWhenAsked };

class Keeper {
public:
    Keeper(pid_t worker, Program program, Others others)
        : m_worker(worker)
        , m_program(program)
        , m_others(others)
    {
        sigfillset(&m_signals);
    }

    /// Waits for the end of all processes. Returns the status of the worker, as waitpid() does.
    int keep()
    {
        while (!m_status && !programHasDied())
            await(std::nullopt);
        if (m_status == 0 && !programHasDied())
            endOthers();
        while (
            m_others == Others::KilledWhenAsked && m_hasChildren && !m_isAsked && !programHasDied())
            await(std::nullopt);
        killOthers();
        return m_status.value_or(SIGKILL);
    }

private:
    bool programHasDied() const { return m_program.hasDied(); }

    /// Waits for a signal, until `end` at most, and reaps children. The end of a child and the
    /// program's death send signals.
    void await(std::optional<std::uint64_t> end)
    {
        reap();
        if (m_status && !m_hasChildren)
            return;
        if (!end) {
            m_isAsked |= sigwaitinfo(&m_signals, nullptr) == SIGTERM;
        } else if (const std::uint64_t time = now(); time < *end) {
            const auto left = static_cast<long>(*end - time);
            const timespec timeout{
                left / static_cast<long>(second), left % static_cast<long>(second)};
            m_isAsked |= sigtimedwait(&m_signals, nullptr, &timeout) == SIGTERM;
        }
        reap();
    }

    void reap()
    {
        for (;;) {
            int status = 0;
            const pid_t pid = waitpid(-1, &status, WNOHANG);
            m_hasChildren = pid >= 0;
            if (pid <= 0)
                return;
            if (pid == m_worker)
                m_status = status;
        }
    }

    /// Returns whether all processes that the worker started have ended. Time in which they are
    /// stopped does not count.
    bool awaitOthers(std::uint64_t duration)
    {
        Patience patience(duration);
        while (m_hasChildren && !patience.isOver() && !programHasDied())
            await(patience.nextLook());
        return !m_hasChildren;
    }

    std::size_t countOthers() const
    {
        std::size_t count = 0;
        for (const pid_t child : childrenOf(getpid()))
            count += processEntry(child) ? 1 : 0;
        return count;
    }

    /// Waits for the processes that the worker has left running, then sends them SIGTERM.
    void endOthers()
    {
        if (awaitOthers(patience) || programHasDied())
            return;
        const std::size_t count = countOthers();
        signalDescendants(getpid(), SIGTERM);
        signalDescendants(getpid(), SIGCONT);
        const std::size_t left = awaitOthers(patienceAfterSigterm) ? 0 : countOthers();
        report(count, left);
    }

    static void report(std::size_t count, std::size_t left)
    {
        if (count == 0)
            return;
        std::fprintf(stderr,
            "poolscope: %zu %s that the worker had started and not waited for still ran after 5 s: "
            "ended by SIGTERM",
            count, count == 1 ? "process" : "processes");
        if (left > 0)
            std::fprintf(stderr, ", of which %zu had to be killed", left);
        std::fputs("\n", stderr);
    }

    void killOthers()
    {
        const std::uint64_t begin = now();
        std::set<pid_t> killed;
        std::uint64_t lastKill = begin;
        reap();
        while (m_hasChildren) {
            const bool awaitsTrackers = now() - begin < patience
                && std::ranges::any_of(descendantsOf(getpid()), isResourceTracker);
            const std::vector<pid_t> family = killDescendants(
                getpid(), awaitsTrackers ? ResourceTrackers::Spared : ResourceTrackers::Killed);
            const std::size_t before = killed.size();
            killed.insert(family.begin(), family.end());
            if (killed.size() > before) // a process may start others until it is killed
                lastKill = now();
            else if (!awaitsTrackers && now() - lastKill >= patienceAfterSigkill)
                return;
            await(now() + killInterval);
        }
    }

    pid_t m_worker;
    Program m_program;
    Others m_others;
    bool m_isAsked = false; ///< whether SIGTERM was received
    sigset_t m_signals{};
    std::optional<int> m_status; ///< of the worker, once it has ended
    bool m_hasChildren = true;
};

[[noreturn]] void endAs(int status)
{
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        prctl(PR_SET_DUMPABLE, 0); // the worker has written a core file if one is wanted
        std::signal(signal, SIG_DFL);
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, signal);
        raise(signal);
        sigprocmask(SIG_UNBLOCK, &only, nullptr);
    }
    _exit(WEXITSTATUS(status));
}

/// Returns the first child of this process.
pid_t keptWorker()
{
    const std::vector<pid_t> children = childrenOf(getpid());
    if (children.empty())
        _exit(EX_OSERR);
    return children.front();
}

} // namespace

void runKeeper(pid_t program)
{
    endAs(Keeper(keptWorker(), Program::parent(program), Others::Killed).keep());
}

void runKeeperOfLoader(pid_t program)
{
    endAs(Keeper(keptWorker(), Program::parent(program), Others::KilledWhenAsked).keep());
}

void runKeeperOfCopy(int lifeline)
{
    const wire::Kept kept{getpid(), keptWorker()};
    const Program program = Program::at(lifeline);
    (void)!send(lifeline, &kept, sizeof(kept), MSG_NOSIGNAL); // fails if the program has died
    const int status = Keeper(kept.worker, program, Others::Killed).keep();
    (void)!send(lifeline, &status, sizeof(status), MSG_NOSIGNAL);
    _exit(EXIT_SUCCESS);
}

} // namespace poolscope::worker
