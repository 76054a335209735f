// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/progressline.h"

#include "cli/standarderror.h"
#include "report/underwaytext.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr std::chrono::milliseconds terminalInterval(100);
constexpr std::chrono::milliseconds plainInterval(5000);

/// The width of the terminal. Nothing if that is not known.
std::optional<std::size_t> columnsOfTerminal()
{
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return std::nullopt;
    return size.ws_col;
}

/// Returns the first `columns` characters of a UTF-8 text. Each is assumed to have one column.
std::string startOf(const std::string &text, std::size_t columns)
{
    const auto beginsCharacter = [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    };
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        if (beginsCharacter(text[end]) && columns-- == 0)
            break;
    }
    return text.substr(0, end);
}

} // namespace

ProgressLine::ProgressLine(Show show)
    : m_show(show)
    , m_terminal(isatty(STDERR_FILENO) != 0)
{
}

void ProgressLine::update(const Progress &progress)
{
    if (progress.seconds > 0 && isDue())
        show(progressText(progress));
}

void ProgressLine::update(const ExperimentProgress &progress)
{
    if (isDue())
        show(progressText(progress));
}

void ProgressLine::show(const std::string &text)
{
    m_lastShown = Clock::now();
    // A line that wraps cannot be overwritten, and a terminal may wrap after its last column.
    const auto columns = m_terminal ? columnsOfTerminal() : std::nullopt;
    write(m_terminal ? "\r" + (columns ? startOf(text, *columns - 1) : text) + "\033[K"
                     : text + "\n");
    m_visible = m_terminal;
}

/// Whether progress is to be shown. Measured by a steady clock, since the seconds of a run decrease
/// when a stop of the program is subtracted.
bool ProgressLine::isDue()
{
    const auto now = Clock::now();
    if (!m_lastShown)
        m_lastShown = now;
    return now - *m_lastShown >= (m_terminal ? terminalInterval : plainInterval);
}

void ProgressLine::clear()
{
    if (m_visible)
        write("\r\033[K");
    m_visible = false;
}

void ProgressLine::finish(const Progress &progress)
{
    write((m_visible ? "\r" : "") + progressText(progress) + (m_visible ? "\033[K\n" : "\n"));
    m_visible = false;
}

void ProgressLine::write(const std::string &text)
{
    if (m_show == Show::Always)
        writeStandardError(text);
}

} // namespace poolscope
