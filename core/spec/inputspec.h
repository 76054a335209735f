// SPDX-License-Identifier: GPL-3.0-or-later
// InputSpec: the inputs of a run, as plain data.
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
    std::string path; ///< "-" for standard input, whose lines are read as they arrive

    bool isStandardInput() const { return path == "-"; }
};

/// The rows of a CSV file as defined by RFC 4180.
struct CsvInput {
    enum class Header { FirstRow, None };

    std::string path;
    char delimiter = ',';
    Header header = Header::FirstRow; ///< if None, columns are called "1", "2", ...
    std::vector<std::string> columns = {}; ///< names, for the task. Empty for all columns
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

/// Whether the inputs can be read only once, which are those of standard input.
inline bool isReadOnce(const InputSpec &input)
{
    const auto *lines = std::get_if<LinesInput>(&input);
    return lines && lines->isStandardInput();
}

} // namespace poolscope
