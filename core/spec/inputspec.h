// SPDX-License-Identifier: GPL-3.0-or-later
// InputSpec: which inputs a run has, as plain data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace poolscope {

/// The integers of Python's range(start, stop, step); step is not 0.
struct RangeInput {
    std::int64_t start = 0;
    std::int64_t stop = 0;
    std::int64_t step = 1;
};

/// The lines of a text file, without their line endings (\n, \r\n or \r).
struct LinesInput {
    std::string path; ///< "-": standard input, whose lines are taken as they come

    bool isStandardInput() const { return path == "-"; }
};

/// The rows of a CSV file, as RFC 4180 has them.
struct CsvInput {
    enum class Header { FirstRow, None };

    std::string path;
    char delimiter = ',';
    Header header = Header::FirstRow; ///< None: columns are called "1", "2", ...
    std::vector<std::string> columns = {}; ///< those that the task is given. Empty for all
};

/// The paths of the files that a pattern names (*, ?, [...], and ** for folders), sorted.
struct FilesInput {
    std::string pattern;
};

using InputSpec = std::variant<RangeInput, LinesInput, CsvInput, FilesInput>;

/// The path of the file of lines or rows, "-" for standard input. Null for other inputs.
inline const std::string *inputFile(const InputSpec &input)
{
    if (const auto *lines = std::get_if<LinesInput>(&input))
        return &lines->path;
    const auto *rows = std::get_if<CsvInput>(&input);
    return rows ? &rows->path : nullptr;
}

/// Standard input can be read once; all others for every run.
inline bool isReadOnce(const InputSpec &input)
{
    const auto *lines = std::get_if<LinesInput>(&input);
    return lines && lines->isStandardInput();
}

} // namespace poolscope
