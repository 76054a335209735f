// SPDX-License-Identifier: GPL-3.0-or-later
// TaskRunner: runs the task over a batch of inputs and says what came of it.
#pragma once

#include "task/builtin.h"
#include "wire/codec.h"
#include "worker/column.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope::worker {

/// Consecutive indices of one chunk that are run between two looks at the clock.
struct Batch {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

class TaskRunner {
public:
    /// Fails where the task or its arguments are unknown here.
    static Result<TaskRunner> make(const wire::Setup &setup);

    /// Runs a batch. `items` holds its inputs, where they are items. The result has store and
    /// values set; the values are valid until the next call.
    wire::Done run(Batch batch, wire::FieldReader &items);

private:
    TaskRunner() = default;

    wire::Done runRange(Batch batch);
    wire::Done runItems(const NumberTask &task, Batch batch, wire::FieldReader &items);
    wire::Done runItems(const TextTask &task, Batch batch, wire::FieldReader &items);
    wire::Done numbers(const NumberTask &task, Batch batch);

    Builtin m_task;
    wire::Setup m_setup;
    Column m_column;
    std::vector<std::uint64_t> m_cells; ///< of the batch, before they are stored
    std::string m_values;
};

} // namespace poolscope::worker
