// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workersetup.h"

namespace poolscope {

wire::Setup setupFor(const RunSpec &spec, const ColumnPlace &column)
{
    wire::Setup setup;
    if (const auto *python = std::get_if<PythonTask>(&spec.task)) {
        setup.task = wire::TaskKind::Python;
        setup.target = python->target;
        setup.arguments = python->initialiser;
    } else if (const auto *builtin = std::get_if<BuiltinTask>(&spec.task)) {
        setup.target = builtin->name;
        setup.arguments = builtin->arguments;
    }
    if (const auto *range = std::get_if<RangeInput>(&spec.input)) {
        setup.rangeStart = range->start;
        setup.rangeStep = range->step;
    } else {
        setup.input = wire::InputKind::Items;
    }
    setup.columnPath = column.path;
    setup.columnCells = column.cells;
    return setup;
}

} // namespace poolscope
