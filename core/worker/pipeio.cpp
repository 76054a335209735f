// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/pipeio.h"

#include "spec/sizetext.h"
#include "worker/clock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>

namespace poolscope::worker {

namespace {

constexpr std::size_t readSize = 64 * 1024;
constexpr std::size_t keptTail = 4096;

bool readUpTo(Descriptor &from, std::size_t size, std::string &to)
{
    std::array<char, readSize> bytes;
    const ssize_t got = read(from.number(), bytes.data(), std::min(size, bytes.size()));
    if (got > 0)
        to.append(bytes.data(), static_cast<std::size_t>(got));
    else if (got == 0 || errno != EINTR)
        from.close();
    return got > 0;
}

timespec between(std::uint64_t time, std::uint64_t end)
{
    const std::uint64_t left = end > time ? end - time : 0;
    return {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
}

} // namespace

Readiness awaitChild(ChildProcess &child, bool hasInput, std::optional<std::uint64_t> deadline)
{
    // poll() leaves out negative descriptors.
    std::array<pollfd, 4> polled{{{child.standardOutput().number(), POLLIN, 0},
        {child.standardError().number(), POLLIN, 0}, {child.ending().number(), POLLIN, 0},
        {hasInput ? child.standardInput().number() : -1, POLLOUT, 0}}};
    for (;;) {
        const std::uint64_t time = now();
        const std::uint64_t nextReap = child.reapOthersIfDue(time);
        const timespec wait = between(time, deadline ? std::min(*deadline, nextReap) : nextReap);
        if (ppoll(polled.data(), polled.size(), &wait, nullptr) > 0)
            break;
        if (deadline && now() >= *deadline)
            return {};
    }
    Readiness ready;
    ready.output = polled[0].revents != 0;
    ready.error = polled[1].revents != 0;
    ready.ended = polled[2].revents != 0;
    ready.input = polled[3].revents != 0;
    return ready;
}

void readOnce(Descriptor &from, std::string &to)
{
    readUpTo(from, readSize, to);
}

void readWaiting(Descriptor &from, std::string &to)
{
    int waiting = 0;
    if (!from.isOpen() || ioctl(from.number(), FIONREAD, &waiting) != 0)
        return;
    const std::size_t end = to.size() + static_cast<std::size_t>(waiting);
    while (to.size() < end && readUpTo(from, end - to.size(), to)) { }
}

OutputLimit::OutputLimit(const wire::Setup &setup)
    : m_bytes(setup.outputLimit)
    , m_keepsValues(setup.keepsValues)
{
}

void OutputLimit::cut(std::string &printed) const
{
    if (!m_keepsValues && printed.size() > m_bytes)
        printed.resize(m_bytes);
}

std::string OutputLimit::name() const
{
    return "--output-limit " + sizeText(m_bytes);
}

void ErrorTail::read(Descriptor &from, std::uint64_t index)
{
    readOnce(from, m_text);
    take(index);
}

void ErrorTail::readWaiting(Descriptor &from, std::uint64_t index)
{
    worker::readWaiting(from, m_text);
    take(index);
}

void ErrorTail::take(std::uint64_t index)
{
    if (m_text.empty())
        return;
    m_output(index, m_text);
    m_tail += m_text;
    if (m_tail.size() > keptTail)
        m_tail.erase(0, m_tail.size() - keptTail);
    m_text.clear();
}

std::string_view ErrorTail::lastLines() const
{
    std::string_view lines = m_tail;
    if (lines.ends_with('\n'))
        lines.remove_suffix(1);
    const auto cut = m_tail.size() == keptTail ? lines.find('\n') : std::string_view::npos;
    if (cut != std::string_view::npos)
        lines.remove_prefix(cut + 1);
    return lines;
}

} // namespace poolscope::worker
