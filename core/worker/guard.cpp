// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/guard.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>

namespace poolscope::worker {

namespace {

void apply(std::string_view line, std::set<pid_t> &groups)
{
    pid_t group = 0;
    if (line.size() < 2
        || std::from_chars(line.data() + 1, line.data() + line.size(), group).ec != std::errc())
        return;
    if (line.front() == '+' && group > 1)
        groups.insert(group);
    else
        groups.erase(group);
}

} // namespace

int runGuard(int input)
{
    std::set<pid_t> groups;
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
    }
    for (const pid_t group : groups)
        kill(-group, SIGKILL);
    return 0;
}

} // namespace poolscope::worker
