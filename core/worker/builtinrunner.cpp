// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/builtinrunner.h"
#include "wire/outcomecodec.h"

#include "worker/outcomes.h"

namespace poolscope::worker {

NumberBuiltinRunner::NumberBuiltinRunner(NumberTask task, const wire::Setup &setup)
    : m_task(std::move(task))
    , m_setup(setup)
    , m_inputs(setup)
    , m_store(setup, m_task.kind)
{
}

wire::Done NumberBuiltinRunner::run(
    Batch batch, wire::FieldReader &items, const IterationGate &gate)
{
    if (m_setup.input != wire::InputKind::Range)
        return runItems(batch, items, gate);
    const IntegerRun inputs{rangeValue(m_setup, batch.first), m_setup.rangeStep, batch.count};
    return m_store.finish(m_task.run(inputs, m_store.begin(batch), gate));
}

wire::Done NumberBuiltinRunner::runItems(
    Batch batch, wire::FieldReader &items, const IterationGate &gate)
{
    std::uint64_t *cells = m_store.begin(batch);
    std::uint64_t i = 0;
    for (; i < batch.count && gate.mayBegin(i + 1); ++i) {
        const auto cell = m_task.runText(m_inputs.takeOne(batch.first + i, items));
        cells[i] = cell.value_or(0);
        if (cell)
            continue;
        m_store.fail(i, wrongInput(cell.error().message));
        gate.failed();
    }
    return m_store.finish(i);
}

TextBuiltinRunner::TextBuiltinRunner(TextTask task, const wire::Setup &setup)
    : m_task(std::move(task))
    , m_inputs(setup)
{
}

wire::Done TextBuiltinRunner::run(Batch batch, wire::FieldReader &items, const IterationGate &gate)
{
    m_values.clear();
    std::uint64_t i = 0;
    for (; i < batch.count && gate.mayBegin(i + 1); ++i) {
        const std::string_view input = m_inputs.takeOne(batch.first + i, items);
        wire::encodeOutcome(m_values, textOutcome(m_task.runText(input)));
    }
    return inlineDone({batch.first, i}, m_values);
}

Result<std::unique_ptr<TaskRunner>> makeBuiltinRunner(const wire::Setup &setup)
{
    auto task = makeBuiltin(setup.target, setup.arguments);
    if (!task)
        return tl::unexpected(task.error());
    if (auto *number = std::get_if<NumberTask>(&*task))
        return std::make_unique<NumberBuiltinRunner>(std::move(*number), setup);
    return std::make_unique<TextBuiltinRunner>(std::get<TextTask>(std::move(*task)), setup);
}

} // namespace poolscope::worker
