// SPDX-License-Identifier: GPL-3.0-or-later
// Option: the description of one option of the command line, as plain data. Its texts and choices
// are constants of the program.
//
// The command line, its help, the manual page, the completions, the window's form, captions and the
// written form of a RunSpec derive from it. The code that implements an option is elsewhere.
#pragma once

#include "spec/runspec.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <variant>

namespace poolscope {

/// The commands of this program, as bits, so that an option can belong to several.
enum Command : unsigned {
    noCommand = 1, ///< a command line without the name of a command, which opens the window
    runCommand = 2,
    resumeCommand = 4,
    sweepCommand = 8,
    exportCommand = 16,
    infoCommand = 32,
    tasksCommand = 64,
    watchCommand = 128,
    everyCommand = 255,
};

enum class OptionType {
    Help,
    Version,
    Switch, ///< takes no value
    Text,
    Choice, ///< one of Option::choices
    Command, ///< the program and arguments that `poolscope watch` runs: the rest of the line
    File,
    Folder,
    Count,
    Counts, ///< several counts, separated by commas
    Seconds,
    Size, ///< in bytes
};

enum class OptionGroup { General, Task, Input, Pool, Sweep, Output };

/// The runs in which an option has an effect.
enum class Applies {
    Always,
    ToPython, ///< the task is a Python function
    ToPrograms, ///< the task starts programs
    ToCsv ///< the inputs are the rows of a CSV file
};

/// A word that an option takes, and its label in the form of the window.
struct Choice {
    std::string_view word;
    std::string_view label;
};

/// The numbers that an option takes, both ends included: bytes of a Size, seconds, or a count.
struct OptionRange {
    double least = 0;
    double most = std::numeric_limits<double>::infinity();
};

/// The member of PoolSpec that stores the value of an option. An std::optional without a value
/// stores Option::alternative. Options of the task, the input and the output have none.
using PoolMember =
    std::variant<std::monostate, std::uint32_t PoolSpec::*, std::uint64_t PoolSpec::*,
        std::optional<std::uint32_t> PoolSpec::*, std::optional<std::uint64_t> PoolSpec::*,
        std::optional<double> PoolSpec::*, WorkerStart PoolSpec::*>;

struct Option {
    std::string_view name; ///< "--workers", or "-o". "FILE" if the value is given without a name
    std::string_view shortName = {}; ///< "-j", or empty
    /// The value in the help, such as "N|auto". Empty if the option takes no value.
    std::string_view argument = {};
    OptionType type = OptionType::Text;
    OptionGroup group = OptionGroup::General;
    unsigned commands = runCommand; ///< the bits of those that have the option
    std::string_view help = {}; ///< an imperative or a noun, without a full stop
    std::string_view fallback = {}; ///< the default value, as text. Empty if there is none
    /// A word that the option takes in place of a number: "auto" or "none". Empty if there is none.
    std::string_view alternative = {};
    OptionRange range = {};
    std::string_view unit = {}; ///< of its numbers, in the plural
    std::span<const Choice> choices = {};
    std::string_view label = {}; ///< in the form of the window and in captions
    Applies applies = Applies::Always;
    PoolMember member = {};
    bool isRepeatable = false;
    bool isRequired = false;

    bool isPositional() const { return !name.starts_with('-'); }
    bool takesValue() const { return !argument.empty(); }
    bool belongsTo(Command command) const { return (commands & command) != 0; }
};

struct CommandInfo {
    Command command = noCommand;
    std::string_view name; ///< empty for the window
    std::string_view usage; ///< the arguments, as the help shows them
    std::string_view summary;
};

} // namespace poolscope
