// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/guard.h"

#include "system/processtable.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace poolscope::worker {

namespace {

/// Which groups live, and which have been given up. A worker leads a group and a session of the
/// same number.
struct Groups {
    std::set<pid_t> living;
    std::vector<pid_t> ended;
};

void apply(std::string_view line, Groups &groups)
{
    pid_t group = 0;
    if (line.size() < 2
        || std::from_chars(line.data() + 1, line.data() + line.size(), group).ec != std::errc()
        || group <= 1)
        return;
    if (line.front() == '+')
        groups.living.insert(group);
    else if (groups.living.erase(group) > 0)
        groups.ended.push_back(group);
}

void killAll(const std::vector<pid_t> &groups)
{
    for (const pid_t group : groups)
        kill(-group, SIGKILL);
    killSessions(groups);
}

} // namespace

int runGuard(int input)
{
    Groups groups;
    std::string text;
    std::array<char, 4096> bytes{};
    for (;;) {
        const ssize_t got = read(input, bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        text.append(bytes.data(), static_cast<std::size_t>(got));
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            apply(std::string_view(text).substr(0, end), groups);
            text.erase(0, end + 1);
        }
        killAll(groups.ended);
        groups.ended.clear();
    }
    killAll({groups.living.begin(), groups.living.end()});
    return 0;
}

} // namespace poolscope::worker
