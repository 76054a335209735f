// SPDX-License-Identifier: GPL-3.0-or-later
// NumberBuiltinRunner, TextBuiltinRunner: run built-in tasks whose values are numbers or texts.
#pragma once

#include "task/builtin.h"
#include "worker/numberstore.h"
#include "worker/taskrunner.h"
#include "worker/textinputs.h"

#include <string>

namespace poolscope::worker {

class NumberBuiltinRunner : public TaskRunner {
public:
    NumberBuiltinRunner(NumberTask task, const wire::Setup &setup);
    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override;

private:
    wire::Done runItems(Batch batch, wire::FieldReader &items, const IterationGate &gate);

    NumberTask m_task;
    wire::Setup m_setup;
    TextInputs m_inputs;
    NumberStore m_store;
};

class TextBuiltinRunner : public TaskRunner {
public:
    TextBuiltinRunner(TextTask task, const wire::Setup &setup);
    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override;

private:
    TextTask m_task;
    TextInputs m_inputs;
    std::string m_values;
};

/// Makes the runner. Fails if the task or its arguments are unknown.
Result<std::unique_ptr<TaskRunner>> makeBuiltinRunner(const wire::Setup &setup);

} // namespace poolscope::worker
