// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/processtable.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>

namespace poolscope::worker {

namespace {

constexpr int rounds = 20; // for processes that start others while they are looked for

std::optional<pid_t> pidNamed(std::string_view name)
{
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size())
        return std::nullopt;
    return pid;
}

/// Reads "PID (NAME) STATE PARENT GROUP SESSION ..."; the name may hold anything.
std::optional<ProcessEntry> entryOf(pid_t pid)
{
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return std::nullopt;
    std::array<char, 512> text{};
    const ssize_t got = read(file, text.data(), text.size() - 1);
    close(file);
    const char *behindName = got > 0 ? std::strrchr(text.data(), ')') : nullptr;
    ProcessEntry entry{pid};
    char state = 0;
    pid_t group = 0;
    if (!behindName
        || std::sscanf(
               behindName + 1, " %c %d %d %d", &state, &entry.parent, &group, &entry.session)
            != 4
        || state == 'Z' || state == 'X')
        return std::nullopt;
    return entry;
}

/// The living ones of a family: the root, and those whose parent belongs to it.
std::set<pid_t> grown(std::set<pid_t> family)
{
    const std::vector<ProcessEntry> table = processTable();
    for (bool more = true; more;) {
        more = false;
        for (const ProcessEntry &entry : table)
            more |= family.contains(entry.parent) && family.insert(entry.pid).second;
    }
    return family;
}

void signalAll(const std::set<pid_t> &pids, int signal)
{
    for (const pid_t pid : pids)
        kill(pid, signal);
}

} // namespace

std::vector<ProcessEntry> processTable()
{
    std::vector<ProcessEntry> table;
    const std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir("/proc"), closedir);
    while (const dirent *file = folder ? readdir(folder.get()) : nullptr) {
        if (const auto pid = pidNamed(file->d_name)) {
            if (const auto entry = entryOf(*pid))
                table.push_back(*entry);
        }
    }
    return table;
}

void killTree(pid_t root)
{
    // Stopped they start no others, and keep their children, until all are found.
    std::set<pid_t> family{root};
    for (int round = 0; round < rounds; ++round) {
        signalAll(family, SIGSTOP);
        std::set<pid_t> all = grown(family);
        if (all.size() == family.size())
            break;
        family = std::move(all);
    }
    signalAll(family, SIGKILL);
}

void killSessions(const std::vector<pid_t> &leaders)
{
    for (int round = 0; round < rounds && !leaders.empty(); ++round) {
        bool found = false;
        for (const ProcessEntry &entry : processTable()) {
            if (std::find(leaders.begin(), leaders.end(), entry.session) != leaders.end())
                found |= kill(entry.pid, SIGKILL) == 0;
        }
        if (!found)
            break;
    }
}

} // namespace poolscope::worker
