// SPDX-License-Identifier: GPL-3.0-or-later
// TaskSpec: what is done to every input, as plain data.
#pragma once

#include <string>
#include <variant>

namespace poolscope {

struct BuiltinTask {
    std::string name;
    std::string arguments; ///< what stood behind the name's colon; empty: the defaults
};

struct PythonTask {
    std::string target; ///< "FILE.py:FUNCTION" or "MODULE:FUNCTION"
    std::string interpreter = "python3"; ///< a program on PATH, or a path
};

using TaskSpec = std::variant<BuiltinTask, PythonTask>;

} // namespace poolscope
