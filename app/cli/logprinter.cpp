// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/logprinter.h"

#include "cli/interrupt.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace poolscope {

namespace {

constexpr std::size_t linesAtOnce = 1000; // written together
constexpr std::size_t bytesAtOnce = 64 * 1024;
constexpr std::chrono::milliseconds patience(20);

} // namespace

LogPrinter::LogPrinter(const RunLog &log, Print print)
    : m_log(log)
    , m_print(std::move(print))
    , m_read(log.end())
{
}

/// Writes new lines of the log, for some milliseconds at most, since tasks may print faster than
/// standard error is read. Returns true if there are more.
bool LogPrinter::print()
{
    const std::uint64_t end = m_log.end();
    const auto until = std::chrono::steady_clock::now() + patience;
    while (m_read < end) {
        if (Interrupt::hasArrived())
            skip(end);
        write(end);
        if (std::chrono::steady_clock::now() > until)
            break;
    }
    return m_read < end;
}

/// Drops all of the log but its last lines, since a user who interrupts does not want to wait.
void LogPrinter::skip(std::uint64_t end)
{
    const std::uint64_t first = end - std::min<std::uint64_t>(end - m_read, linesAtOnce);
    const RunLog::Page page = m_log.entries(first, end);
    std::uint64_t kept = page.next();
    std::size_t bytes = 0;
    for (auto line = page.entries.rbegin(); line != page.entries.rend(); ++line, --kept) {
        bytes += (*line)->size();
        if (bytes > bytesAtOnce)
            break;
    }
    m_dropped += kept - m_read;
    m_read = kept;
}

/// Writes some of the lines before number `end`.
void LogPrinter::write(std::uint64_t end)
{
    const RunLog::Page page = m_log.entries(m_read, end, linesAtOnce);
    m_dropped += page.first - m_read;
    m_read = page.first;
    std::string lines;
    for (const LogLine &line : page.entries) {
        lines +=
            (line->worker != noWorker ? "[worker " + std::to_string(numberOf(line->worker)) + "] "
                                      : "poolscope: ")
            + line->text + '\n';
        ++m_read;
        if (lines.size() > bytesAtOnce)
            break;
    }
    if (!lines.empty())
        m_dropped += m_print(lines);
}

void LogPrinter::reportDropped()
{
    if (m_dropped > 0)
        m_print("poolscope: " + std::to_string(m_dropped)
            + (m_dropped == 1 ? " line of the log is" : " lines of the log are")
            + " missing above, since they came faster than they could be written; a task that "
              "prints to a file, as by 2>FILE, keeps all");
}

} // namespace poolscope
