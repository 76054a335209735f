// SPDX-License-Identifier: GPL-3.0-or-later
// The built-in tasks: what they are called, and the functions themselves.
//
// Between them they are compute-bound, waiting, imbalanced and memory-bound, so that each way in
// which a pool can disappoint can be tried. All are deterministic: the same input, the same value.
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

/// A task whose values are numbers, each in a cell of 8 bytes: a double or a 64-bit integer.
struct NumberTask {
    OutcomeKind kind = OutcomeKind::Real; ///< Real or Integer
    /// Writes a cell for each input, up to where the gate closes. Returns how many these are.
    std::function<std::uint64_t(const IntegerRun &, std::uint64_t *cells, const IterationGate &)>
        run;
    /// The cell for an input that came as text; fails where the text is not a number.
    std::function<Result<std::uint64_t>(std::string_view)> runText;
};

/// A task whose values are texts.
struct TextTask {
    std::function<std::string(std::string_view)> runText;
};

using Builtin = std::variant<NumberTask, TextTask>;

/// Makes the task called `name`. Fails on an unknown name (the message has the known ones) and on
/// arguments that it does not take.
Result<Builtin> makeBuiltin(std::string_view name, std::string_view arguments);

} // namespace poolscope
