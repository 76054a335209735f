// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/jobloglines.h"

#include "import/decimaltime.h"
#include "import/unpackedfile.h"
#include "text/utf8.h"
#include "text/wholenumber.h"

#include <algorithm>
#include <array>
#include <optional>

namespace poolscope {

namespace {

enum Column { seq, host, startTime, runTime, send, receive, exitValue, signal, command };
constexpr std::size_t columnCount = 9;
using Fields = std::array<std::string_view, columnCount>;
constexpr Fields columnNames{
    "Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command"};
constexpr std::string_view olderRunTime = "Runtime";

/// A line that names more columns is not a header.
constexpr std::size_t mostColumns = 256;

/// The columns of a log, in the order in which its lines have them.
class Columns {
public:
    Columns()
    {
        for (std::size_t i = 0; i < columnCount; ++i)
            m_columns.emplace_back(static_cast<Column>(i));
    }

    /// Returns the columns of a header. Nothing if the line is not the header of a job log.
    static std::optional<Columns> ofHeader(std::string_view line)
    {
        Columns columns;
        columns.m_columns.clear();
        for (bool isLast = false; !isLast;) {
            if (columns.count() == mostColumns)
                return std::nullopt;
            const std::size_t tab = line.find('\t');
            isLast = tab == std::string_view::npos;
            std::string_view name = line.substr(0, tab);
            line.remove_prefix(isLast ? line.size() : tab + 1);
            if (name == olderRunTime)
                name = columnNames[runTime];
            const auto *found = std::find(columnNames.begin(), columnNames.end(), name);
            columns.m_columns.push_back(found == columnNames.end()
                    ? std::nullopt
                    : std::optional(static_cast<Column>(found - columnNames.begin())));
        }
        const bool isHeader = columns.has(seq) && columns.has(startTime) && columns.has(runTime)
            && columns.m_columns.back() == command;
        return isHeader ? std::optional(columns) : std::nullopt;
    }

    std::size_t count() const { return m_columns.size(); }

    /// Splits a line at tabs. The last field is the rest of the line.
    std::optional<Fields> fieldsOf(std::string_view line) const
    {
        Fields fields{"", ":", "", "", "0", "0", "0", "0", ""};
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const bool isLast = i + 1 == m_columns.size();
            const std::size_t tab = isLast ? line.size() : line.find('\t');
            if (tab == std::string_view::npos)
                return std::nullopt;
            if (m_columns[i])
                fields[*m_columns[i]] = line.substr(0, tab);
            line.remove_prefix(std::min(line.size(), tab + 1));
        }
        return fields;
    }

private:
    bool has(Column column) const
    {
        return std::find(m_columns.begin(), m_columns.end(), std::optional(column))
            != m_columns.end();
    }

    std::vector<std::optional<Column>> m_columns; ///< nothing for an unknown column
};

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

tl::unexpected<Error> wrong(Column column, std::string_view text, const char *what)
{
    constexpr std::size_t longest = 40;
    return failure(std::string(columnNames[column]) + " is not " + what + ": '"
        + std::string(utf8Beginning(text, longest)) + "'");
}

Result<Job> jobOf(std::string_view line, const Columns &columns)
{
    const auto fields = columns.fieldsOf(line);
    if (!fields)
        return failure("it does not have the " + std::to_string(columns.count())
            + " columns of a job log, which are separated by tabs");
    const auto number = wholeNumber<std::uint64_t>(trimmed((*fields)[seq]));
    const auto begin = parseTime(trimmed((*fields)[startTime]), TimeUnit::Seconds);
    const auto duration = parseTime(trimmed((*fields)[runTime]), TimeUnit::Seconds);
    const auto exitStatus = wholeNumber<int>(trimmed((*fields)[exitValue]));
    const auto killer = wholeNumber<int>(trimmed((*fields)[signal]));
    if (!number)
        return wrong(seq, (*fields)[seq], "a count");
    if (!begin || *begin < 0)
        return wrong(startTime, (*fields)[startTime], "a time in seconds since 1970");
    std::int64_t end = 0;
    if (!duration || *duration < 0 || __builtin_add_overflow(*begin, *duration, &end))
        return wrong(runTime, (*fields)[runTime], "a duration in seconds");
    if (!exitStatus)
        return wrong(exitValue, (*fields)[exitValue], "an exit status");
    if (!killer)
        return wrong(signal, (*fields)[signal], "a signal");
    Job job{*number, std::string((*fields)[host]), *begin, *duration, *exitStatus, *killer,
        std::string((*fields)[command])};
    std::replace(job.command.begin(), job.command.end(), '\0', '\n'); // written as NUL
    return job;
}

} // namespace

Result<JobLogLines> readJobLogLines(const std::string &path)
{
    auto file = UnpackedFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    UnpackedLines lines(*file);
    JobLogLines read;
    Columns columns;
    bool hasHeader = false;
    std::uint64_t number = 0;
    while (const auto line = lines.next()) {
        ++number;
        if (line->empty())
            continue;
        if (lines.isCut()) {
            read.addUnreadable(number,
                "it has more than " + std::to_string(UnpackedLines::longestLine) + " bytes");
            continue;
        }
        if (const auto header = Columns::ofHeader(*line)) { // repeated if a log was appended to
            columns = *header;
            hasHeader = true;
            continue;
        }
        if (auto job = jobOf(*line, columns))
            read.jobs.push_back(std::move(*job));
        else
            read.addUnreadable(number, job.error().message);
    }
    read.isCutOff = file->problem().has_value();
    if (read.isCutOff && read.jobs.empty())
        return tl::unexpected(*file->problem());
    if (number == 0)
        return failure(path + " is empty, so it is not a job log of GNU parallel");
    if (read.jobs.empty() && read.unreadable > 0)
        return failure(path + ", " + read.firstProblem
            + (hasHeader ? ", and no other line is one of a job log"
                         : "; this is not a job log of GNU parallel, which begins with Seq, Host, "
                           "Starttime"));
    return read;
}

bool isJobLogLine(std::string_view line)
{
    return Columns::ofHeader(line) || jobOf(line, Columns());
}

} // namespace poolscope
