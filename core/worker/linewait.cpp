// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/linewait.h"

#include "system/processtable.h"
#include "worker/clock.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/syscall.h>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t looksShare = 100; // at most 1/100 of the time is spent on hasChildren()

Descriptor openProc(pid_t program, const char *name)
{
    const std::string path = "/proc/" + std::to_string(program) + '/' + name;
    return Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

template <std::size_t size>
std::string_view contents(const Descriptor &file, std::array<char, size> &text)
{
    const ssize_t got = pread(file.number(), text.data(), text.size(), 0);
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

/// Returns the nth word, counted from 0. Empty if there are fewer.
std::string_view wordOf(std::string_view text, int n)
{
    for (; n > 0; --n)
        text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
    return text.substr(0, text.find_first_of(" \n"));
}

bool watchesSeveral(long call)
{
    constexpr std::array calls{
#ifdef SYS_poll
        SYS_poll,
        SYS_select,
        SYS_epoll_wait,
#endif
        SYS_ppoll,
        SYS_pselect6,
        SYS_epoll_pwait,
    };
    return std::find(calls.begin(), calls.end(), call) != calls.end();
}

} // namespace

LineWait::LineWait(pid_t program)
    : m_program(program)
    , m_call(openProc(program, "syscall"))
    , m_stat(openProc(program, "stat"))
{
}

/// Reads /proc/PID/syscall: "running", or the number of the call and its arguments; see proc(5).
LineWait::State LineWait::look()
{
    std::array<char, 128> text{};
    const std::string_view call = contents(m_call, text);
    if (call.empty())
        return State::Unknown;
    long number = -1;
    std::from_chars(call.data(), call.data() + call.size(), number);
    if (watchesSeveral(number) || !hasOneThread())
        return State::Unknown;
    if (number != SYS_read || wordOf(call, 1) != "0x0")
        return State::IsBusy;
    return hasChildren() ? State::Unknown : State::Waits;
}

bool LineWait::hasOneThread() const
{
    std::array<char, 512> text{};
    const std::string_view stat = contents(m_stat, text);
    // The name, the second field, is in brackets and may contain anything.
    const auto name = stat.rfind(") ");
    constexpr int threadCount = 17; // fields after the name
    return name != std::string_view::npos && wordOf(stat.substr(name + 2), threadCount) == "1";
}

bool LineWait::hasChildren()
{
    if (const std::uint64_t begun = now(); begun >= m_nextLook) {
        const auto table = processTable();
        m_hasChildren = std::any_of(table.begin(), table.end(),
            [this](const ProcessEntry &entry) { return entry.parent == m_program; });
        const std::uint64_t ended = now();
        m_nextLook = ended + (ended - begun) * looksShare;
    }
    return m_hasChildren;
}

} // namespace poolscope::worker
