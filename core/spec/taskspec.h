// SPDX-License-Identifier: GPL-3.0-or-later
// TaskSpec: what is done to every input, as plain data.
#pragma once

#include <string>
#include <variant>

namespace poolscope {

struct BuiltinTask {
    std::string name;
    std::string arguments; ///< what stood behind the name's colon. Empty for the defaults

    bool operator==(const BuiltinTask &) const = default;
};

struct PythonTask {
    std::string target; ///< "FILE.py:FUNCTION" or "MODULE:FUNCTION"
    std::string interpreter = "python3"; ///< a program on PATH, or a path
    std::string initialiser =
        {}; ///< a function of the target's file or module, run once in each worker

    bool operator==(const PythonTask &) const = default;
};

/// One process for each input. Values are what it prints.
struct CommandTask {
    std::string command; ///< words as splitWords() takes them; {} is the input, {NAME} a CSV column

    bool operator==(const CommandTask &) const = default;
};

/// A script that sh -c runs, with the input as "$1".
struct ShellTask {
    std::string script;

    bool operator==(const ShellTask &) const = default;
};

/// A long-lived process for each worker, which answers each line with one line.
struct FilterTask {
    std::string command; ///< words as splitWords() takes them

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
