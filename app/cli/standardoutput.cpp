// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/standardoutput.h"

#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/interrupt.h"
#include "cli/printable.h"
#include "report/valuetext.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

// The state of standard output, of which there is one.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
bool isReaderGone = false;

} // namespace

Result<void> StandardOutput::check()
{
    const int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags < 0 || (flags & O_PATH) != 0) // see openStandardDescriptors()
        return failure("cannot write to standard output: it is closed");
    if ((flags & O_ACCMODE) == O_RDONLY)
        return failure("cannot write to standard output: it is open for reading only");
    return {};
}

StandardOutput::StandardOutput(WaitForRoom room)
    : m_room(std::move(room))
{
    struct stat info { };
    m_isFile = fstat(STDOUT_FILENO, &info) == 0 && S_ISREG(info.st_mode);
    m_piece = m_isFile ? bufferSize : PIPE_BUF;
}

Result<void> StandardOutput::write(std::uint64_t, const OutcomeView &outcome)
{
    appendText(m_buffer, outcome);
    m_buffer += '\n';
    return m_buffer.size() >= bufferSize ? flush() : Result<void>();
}

Result<void> StandardOutput::writeText(std::string_view text)
{
    m_buffer += printable(text);
    return flush();
}

/// Writes parts that a pipe accepts without blocking, so that Ctrl+C works at any time.
Result<void> StandardOutput::flush()
{
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        if (!Interrupt::waitToWrite(STDOUT_FILENO))
            return failure("interrupted");
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), std::min(rest.size(), m_piece));
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            const std::string what =
                std::string("cannot write to standard output: ") + std::strerror(errno);
            const bool isFull = m_isFile && (errno == ENOSPC || errno == EDQUOT);
            isReaderGone = errno == EPIPE;
            if (!isFull || !m_room || !m_room(what))
                return failure(what);
        }
    }
    m_buffer.clear();
    return {};
}

bool StandardOutput::readerIsGone()
{
    return isReaderGone;
}

int print(std::string_view text)
{
    if (const auto checked = StandardOutput::check(); !checked)
        return complain(checked.error(), exitWrongUse);
    const auto written = StandardOutput({}).writeText(text);
    return written ? exitAllSucceeded : reportOutputError(written.error());
}

int reportOutputError(const Error &error)
{
    if (StandardOutput::readerIsGone())
        return exitInterrupted;
    return complain(error, Interrupt::hasArrived() ? exitInterrupted : exitPoolFailed);
}

} // namespace poolscope
