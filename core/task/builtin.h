// SPDX-License-Identifier: GPL-3.0-or-later
// The built-in tasks: their names and their functions.
//
// Some compute, some wait, some are imbalanced, some are bound by memory, so that each reason for
// which a pool is slow can be tried. All are deterministic: equal inputs have equal values.
#pragma once

#include "result.h"
#include "task/iterationgate.h"
#include "wire/value.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace poolscope {

struct BuiltinInfo {
    std::string_view name;
    std::string_view arguments; ///< "" or "[:MS]"
    std::string_view summary; ///< one line
};

/// All built-ins, in the order in which `poolscope tasks` lists them.
std::span<const BuiltinInfo> builtins();

/// The inputs start, start + step, ...
struct IntegerRun {
    std::int64_t start = 0;
    std::int64_t step = 1;
    std::uint64_t count = 0;
};

/// A task whose values are numbers. A cell of 8 bytes has a double or a 64-bit integer.
struct NumberTask {
    OutcomeKind kind = OutcomeKind::Real; ///< Real or Integer
    /// Writes a cell for each input until the gate closes. Returns the number of cells.
    std::function<std::uint64_t(const IntegerRun &, std::uint64_t *cells, const IterationGate &)>
        run;
    /// Returns the cell for an input that is text. Fails if the text is not a number.
    std::function<Result<std::uint64_t>(std::string_view)> runText;
};

/// A task whose values are texts.
struct TextTask {
    std::function<std::string(std::string_view)> runText;
};

using Builtin = std::variant<NumberTask, TextTask>;

/// Makes the task called `name`. Fails if the name is unknown (the error lists the known ones) or
/// the task does not accept the arguments.
Result<Builtin> makeBuiltin(std::string_view name, std::string_view arguments);

} // namespace poolscope
