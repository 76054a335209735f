// SPDX-License-Identifier: GPL-3.0-or-later
// TaskSpec: the task of a run, as plain data.
#pragma once

#include <string>
#include <variant>

namespace poolscope {

struct BuiltinTask {
    std::string name;
    std::string arguments; ///< the text after the name's colon. Empty for the defaults

    bool operator==(const BuiltinTask &) const = default;
};

struct PythonTask {
    std::string target; ///< "FILE.py:FUNCTION" or "MODULE:FUNCTION"
    std::string interpreter = "python3"; ///< a program on PATH, or a path
    std::string initialiser = {}; ///< another function of the target, run once in each worker

    bool operator==(const PythonTask &) const = default;
};

/// One process for each input. The value is its output.
struct CommandTask {
    std::string command; ///< words for splitWords(), with {} for the input or {NAME} for a column

    bool operator==(const CommandTask &) const = default;
};

/// A script that sh -c runs, with the input as "$1".
struct ShellTask {
    std::string script;

    bool operator==(const ShellTask &) const = default;
};

/// A long-lived process for each worker, which answers each line with one line.
struct FilterTask {
    std::string command; ///< words for splitWords()

    bool operator==(const FilterTask &) const = default;
};

/// A function of a shared library (resources/include/poolscope_task.h).
struct LibraryTask {
    std::string path;
    std::string symbol;

    bool operator==(const LibraryTask &) const = default;
};

using TaskSpec =
    std::variant<BuiltinTask, PythonTask, CommandTask, ShellTask, FilterTask, LibraryTask>;

} // namespace poolscope
