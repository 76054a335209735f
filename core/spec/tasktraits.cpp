// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/tasktraits.h"

namespace poolscope {

namespace {

constexpr TaskTraits ofPrograms{.startsPrograms = true, .returnsText = true};

struct Traits {
    TaskTraits operator()(const BuiltinTask &) const { return {.isBuiltin = true}; }
    TaskTraits operator()(const PythonTask &) const { return {.runsPython = true}; }
    TaskTraits operator()(const CommandTask &) const { return ofPrograms; }
    TaskTraits operator()(const ShellTask &) const { return ofPrograms; }
    TaskTraits operator()(const FilterTask &) const { return ofPrograms; }
    TaskTraits operator()(const LibraryTask &) const { return {}; }
};

} // namespace

TaskTraits traitsOf(const TaskSpec &task)
{
    return std::visit(Traits(), task);
}

} // namespace poolscope
