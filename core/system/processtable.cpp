// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/processtable.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int rounds = 20; // for processes that start others during the search

std::optional<pid_t> pidNamed(std::string_view name)
{
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size())
        return std::nullopt;
    return pid;
}

/// Returns the numbers that name entries of a folder of /proc: processes, or threads.
std::vector<pid_t> pidsIn(const std::string &path)
{
    std::vector<pid_t> pids;
    const std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir(path.c_str()), closedir);
    while (const dirent *file = folder ? readdir(folder.get()) : nullptr) {
        if (const auto pid = pidNamed(file->d_name))
            pids.push_back(*pid);
    }
    return pids;
}

/// Returns the children of a process, on kernels without the files that childrenOf() reads.
std::vector<pid_t> childrenInTable(pid_t pid)
{
    std::vector<pid_t> children;
    for (const ProcessEntry &entry : processTable()) {
        if (entry.parent == pid)
            children.push_back(entry.pid);
    }
    return children;
}

/// Adds the descendants of a family's members to it.
void addDescendants(std::vector<pid_t> &family)
{
    for (std::size_t next = 0; next < family.size(); ++next) {
        for (const pid_t child : childrenOf(family[next])) {
            if (std::find(family.begin(), family.end(), child) == family.end())
                family.push_back(child);
        }
    }
}

std::span<const pid_t> withoutFirst(const std::vector<pid_t> &pids)
{
    return std::span(pids).subspan(1);
}

void signalAll(std::span<const pid_t> pids, int signal)
{
    for (const pid_t pid : pids)
        kill(pid, signal);
}

/// Stops all processes that descend from the root, and returns them.
std::vector<pid_t> stopFamily(pid_t root)
{
    // Stopped processes do not start others, and keep their children, until all are found.
    std::vector<pid_t> family{root};
    for (int round = 0; round < rounds; ++round) {
        signalAll(withoutFirst(family), SIGSTOP);
        const std::size_t known = family.size();
        addDescendants(family);
        if (family.size() == known)
            break;
    }
    family.erase(family.begin());
    return family;
}

} // namespace

/// Reads "PID (NAME) STATE PARENT GROUP SESSION ... STARTED(22) ...". The name has any characters.
std::optional<ProcessEntry> processEntry(pid_t pid)
{
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return std::nullopt;
    std::array<char, 1024> text{};
    const ssize_t got = read(file, text.data(), text.size() - 1);
    close(file);
    const char *behindName = got > 0 ? std::strrchr(text.data(), ')') : nullptr;
    ProcessEntry entry;
    entry.pid = pid;
    char state = 0;
    unsigned long long started = 0;
    if (!behindName
        || std::sscanf(behindName + 1,
               " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &state, &entry.parent, &entry.session, &started)
            != 4
        || state == 'Z' || state == 'X')
        return std::nullopt;
    entry.started = started;
    entry.isStopped = state == 'T';
    return entry;
}

std::vector<ProcessEntry> processTable()
{
    std::vector<ProcessEntry> table;
    for (const pid_t pid : pidsIn("/proc")) {
        if (const auto entry = processEntry(pid))
            table.push_back(*entry);
    }
    return table;
}

std::vector<pid_t> childrenOf(pid_t pid)
{
    if (access("/proc/thread-self/children", R_OK) != 0)
        return childrenInTable(pid);
    std::vector<pid_t> children;
    const std::string threads = "/proc/" + std::to_string(pid) + "/task/";
    for (const pid_t thread : pidsIn(threads)) {
        std::ifstream file(threads + std::to_string(thread) + "/children");
        for (pid_t child = 0; file >> child;)
            children.push_back(child);
    }
    return children;
}

std::vector<pid_t> descendantsOf(pid_t root)
{
    std::vector<pid_t> family{root};
    addDescendants(family);
    family.erase(family.begin());
    return family;
}

void signalDescendants(pid_t root, int signal)
{
    signalAll(descendantsOf(root), signal);
}

std::vector<pid_t> stopDescendants(pid_t root)
{
    std::vector<pid_t> stoppedBefore;
    for (const pid_t pid : descendantsOf(root)) {
        const auto entry = processEntry(pid);
        if (entry && entry->isStopped)
            stoppedBefore.push_back(pid);
    }
    std::vector<pid_t> stopped = stopFamily(root);
    std::erase_if(stopped, [&](pid_t pid) { return std::ranges::count(stoppedBefore, pid) > 0; });
    return stopped;
}

void killSession(pid_t session)
{
    for (const ProcessEntry &entry : processTable()) {
        if (entry.session == session)
            kill(entry.pid, SIGKILL);
    }
}

void continueAll(const std::vector<pid_t> &pids)
{
    signalAll(pids, SIGCONT);
}

/// The words of the command line are those with which Lib/multiprocessing/resource_tracker.py of
/// CPython starts the process.
bool isResourceTracker(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    std::string words;
    // An iterator over the buffer would throw if the process ends while it is read.
    std::getline(file, words, '\n');
    return words.find("resource_tracker import main") != std::string::npos;
}

std::vector<pid_t> killDescendants(pid_t root, ResourceTrackers trackers)
{
    std::vector<pid_t> family = stopFamily(root);
    for (const pid_t pid : family) {
        const bool isSpared = trackers == ResourceTrackers::Spared && isResourceTracker(pid);
        kill(pid, isSpared ? SIGCONT : SIGKILL);
    }
    return family;
}

void killTree(pid_t root)
{
    kill(root, SIGSTOP);
    killDescendants(root);
    kill(root, SIGKILL);
}

} // namespace poolscope
