// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/standarderror.h"

#include "cli/interrupt.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace poolscope {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds patienceAfterInterrupt(1000);

// The state of standard error, of which there is one.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> isStalled = false;
std::atomic<bool> isCutWithinLine = false;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

bool isRegularFile()
{
    struct stat info { };
    return fstat(STDERR_FILENO, &info) == 0 && S_ISREG(info.st_mode);
}

/// Waits until standard error can be written to. Returns false if the text is to be dropped.
bool waitToWrite()
{
    if (Interrupt::waitToWrite(STDERR_FILENO))
        return true;
    const auto end =
        Clock::now() + (isStalled ? std::chrono::milliseconds(0) : patienceAfterInterrupt);
    pollfd descriptor{STDERR_FILENO, POLLOUT, 0};
    int ready = 0;
    do {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        ready = poll(&descriptor, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    } while (ready < 0 && errno == EINTR && Clock::now() < end);
    isStalled = ready <= 0;
    return ready > 0;
}

/// Returns the first part of a text, small enough for a pipe to accept it without blocking.
/// Contains whole lines if they are short.
std::string_view pieceOf(std::string_view text)
{
    if (text.size() <= PIPE_BUF || isRegularFile())
        return text;
    const std::size_t lineEnd = text.rfind('\n', PIPE_BUF - 1);
    return text.substr(0, lineEnd == std::string_view::npos ? PIPE_BUF : lineEnd + 1);
}

} // namespace

std::uint64_t writeStandardError(std::string_view text)
{
    if (text.empty())
        return 0;
    std::string rejoined;
    if (isCutWithinLine.exchange(false)) {
        rejoined = '\n' + std::string(text);
        text = rejoined;
    }
    std::string_view rest = text;
    while (!rest.empty() && waitToWrite()) {
        const std::string_view piece = pieceOf(rest);
        const ssize_t written = ::write(STDERR_FILENO, piece.data(), piece.size());
        if (written >= 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR && errno != EAGAIN)
            break;
    }
    isCutWithinLine =
        !rest.empty() && rest.size() < text.size() && text[text.size() - rest.size() - 1] != '\n';
    return static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), '\n'));
}

} // namespace poolscope
