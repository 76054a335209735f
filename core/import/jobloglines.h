// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of a job log of GNU parallel, as jobs.
#pragma once

#include "result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Times are nanoseconds since 1970.
struct Job {
    std::uint64_t seq = 0;
    std::string host;
    std::int64_t begin = 0;
    std::int64_t duration = 0;
    int exitValue = 0;
    int signal = 0;
    std::string command;

    std::int64_t end() const { return begin + duration; }
    bool failed() const { return exitValue != 0 || signal != 0; }
};

/// The jobs of a log, and a count of its other lines.
struct JobLogLines {
    std::vector<Job> jobs;
    std::uint64_t unreadable = 0;
    std::string firstProblem; ///< "line 3: Seq is not ..."
    bool isCutOff = false;

    void addUnreadable(std::uint64_t number, const std::string &problem)
    {
        if (unreadable++ == 0)
            firstProblem = "line " + std::to_string(number) + ": " + problem;
    }
};

/// Reads a log, which may be compressed. Lines that cannot be read are counted. Fails if no line is
/// that of a job log, or if the file cannot be read.
Result<JobLogLines> readJobLogLines(const std::string &path);

/// Whether a line is a header of a job log, or a line with a job in the usual columns.
bool isJobLogLine(std::string_view line);

} // namespace poolscope
