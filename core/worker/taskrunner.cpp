// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/taskrunner.h"

#include <bit>

namespace poolscope::worker {

namespace {

OutcomeView number(OutcomeKind kind, std::uint64_t cell)
{
    OutcomeView outcome;
    outcome.kind = kind;
    outcome.integer = static_cast<std::int64_t>(cell);
    outcome.real = std::bit_cast<double>(cell);
    return outcome;
}

OutcomeView text(std::string_view value)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Text;
    outcome.text = value;
    return outcome;
}

OutcomeView failed(std::string_view message)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure = {failureException, "ValueError", message, ""};
    return outcome;
}

wire::Done inlineDone(Batch batch, std::string_view values)
{
    wire::Done done;
    done.first = batch.first;
    done.count = static_cast<std::uint32_t>(batch.count);
    done.store = wire::Store::Inline;
    done.values = values;
    return done;
}

} // namespace

Result<TaskRunner> TaskRunner::make(const wire::Setup &setup)
{
    if (setup.task != wire::TaskKind::Builtin)
        return failure("this worker runs built-in tasks only");
    auto task = makeBuiltin(setup.target, setup.arguments);
    if (!task)
        return tl::unexpected(task.error());
    TaskRunner runner;
    runner.m_task = std::move(*task);
    runner.m_setup = setup;
    runner.m_column = Column(setup.columnPath, setup.columnCells);
    return runner;
}

wire::Done TaskRunner::run(Batch batch, wire::FieldReader &items)
{
    if (m_setup.input == wire::InputKind::Range)
        return runRange(batch);
    return std::visit([&](const auto &task) { return runItems(task, batch, items); }, m_task);
}

wire::Done TaskRunner::runRange(Batch batch)
{
    const auto valueOf = [this](std::uint64_t index) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(m_setup.rangeStart)
            + index * static_cast<std::uint64_t>(m_setup.rangeStep));
    };
    if (const auto *task = std::get_if<NumberTask>(&m_task)) {
        m_cells.resize(batch.count);
        task->run({valueOf(batch.first), m_setup.rangeStep, batch.count}, m_cells.data());
        return numbers(*task, batch);
    }
    m_values.clear();
    for (std::uint64_t i = 0; i < batch.count; ++i) {
        const std::string input = std::to_string(valueOf(batch.first + i));
        wire::encodeOutcome(m_values, text(std::get<TextTask>(m_task).runText(input)));
    }
    return inlineDone(batch, m_values);
}

wire::Done TaskRunner::runItems(const NumberTask &task, Batch batch, wire::FieldReader &items)
{
    m_cells.resize(batch.count);
    m_values.clear();
    bool allNumbers = true;
    for (std::uint64_t i = 0; i < batch.count; ++i) {
        const auto cell = task.runText(items.string());
        m_cells[i] = cell.value_or(0);
        if (!cell && allNumbers) {
            for (std::uint64_t before = 0; before < i; ++before)
                wire::encodeOutcome(m_values, number(task.kind, m_cells[before]));
            allNumbers = false;
        }
        if (!allNumbers)
            wire::encodeOutcome(
                m_values, cell ? number(task.kind, *cell) : failed(cell.error().message));
    }
    if (!allNumbers)
        return inlineDone(batch, m_values);
    return numbers(task, batch);
}

wire::Done TaskRunner::runItems(const TextTask &task, Batch batch, wire::FieldReader &items)
{
    m_values.clear();
    for (std::uint64_t i = 0; i < batch.count; ++i)
        wire::encodeOutcome(m_values, text(task.runText(items.string())));
    return inlineDone(batch, m_values);
}

/// Stores the batch's cells in the column, or sends them along where that is not possible.
wire::Done TaskRunner::numbers(const NumberTask &task, Batch batch)
{
    if (!m_column.isOpen() || !m_column.store(batch.first, m_cells)) {
        m_values.clear();
        for (const std::uint64_t cell : m_cells)
            wire::encodeOutcome(m_values, number(task.kind, cell));
        return inlineDone(batch, m_values);
    }
    wire::Done done = inlineDone(batch, {});
    done.store =
        task.kind == OutcomeKind::Real ? wire::Store::ColumnReal : wire::Store::ColumnInteger;
    return done;
}

} // namespace poolscope::worker
