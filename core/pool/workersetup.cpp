// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workersetup.h"

#include "task/words.h"

#include <utility>
#include <variant>
#include <vector>

namespace poolscope {

namespace {

/// Words of a task that is checked (checkTask).
std::vector<std::string> wordsOf(const std::string &command)
{
    return splitWords(command).value_or(std::vector<std::string>());
}

struct SetUpTask {
    wire::Setup &setup;

    void operator()(const BuiltinTask &task) const
    {
        setup.task = wire::TaskKind::Builtin;
        setup.target = task.name;
        setup.arguments = task.arguments;
    }
    void operator()(const PythonTask &task) const
    {
        setup.task = wire::TaskKind::Python;
        setup.target = task.target;
        setup.arguments = task.initialiser;
    }
    void operator()(const CommandTask &task) const
    {
        setup.task = wire::TaskKind::Command;
        setup.words = wordsOf(task.command);
    }
    void operator()(const ShellTask &task) const
    {
        setup.task = wire::TaskKind::Shell;
        setup.target = task.script;
    }
    void operator()(const FilterTask &task) const
    {
        setup.task = wire::TaskKind::Filter;
        setup.words = wordsOf(task.command);
    }
    void operator()(const LibraryTask &task) const
    {
        setup.task = wire::TaskKind::Library;
        setup.target = task.path;
        setup.arguments = task.symbol;
    }
};

} // namespace

wire::Setup setupFor(
    const RunSpec &spec, const ColumnRing &column, std::vector<std::string> columns)
{
    wire::Setup setup;
    std::visit(SetUpTask{setup}, spec.task);
    if (const auto *range = std::get_if<RangeInput>(&spec.input)) {
        setup.rangeStart = range->start;
        setup.rangeStep = range->step;
    } else {
        setup.columns = std::move(columns);
        setup.input = setup.columns.empty() ? wire::InputKind::Items : wire::InputKind::Rows;
    }
    setup.columnPath = column.path;
    setup.columnCells = column.cells;
    setup.columnOffset = column.offset;
    setup.timeout = static_cast<std::uint64_t>(spec.pool.timeout.value_or(0) * 1e9);
    setup.outputLimit = spec.pool.outputLimit;
    setup.stopsAtFailure = spec.pool.halt.has_value();
    return setup;
}

} // namespace poolscope
