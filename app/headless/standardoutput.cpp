// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/standardoutput.h"

#include "headless/interrupt.h"
#include "report/valuetext.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace poolscope {

Result<void> StandardOutput::write(std::uint64_t, const OutcomeView &outcome)
{
    constexpr std::size_t enough = 64 * 1024;
    appendText(m_buffer, outcome);
    m_buffer += '\n';
    return m_buffer.size() >= enough ? flush() : Result<void>();
}

Result<void> StandardOutput::flush()
{
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR || Interrupt::hasCome()) {
            m_readerIsGone = errno == EPIPE;
            return failure(std::string("cannot write to standard output: ") + std::strerror(errno));
        }
    }
    m_buffer.clear();
    return {};
}

} // namespace poolscope
