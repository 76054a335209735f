// SPDX-License-Identifier: GPL-3.0-or-later
// TaskRunner: runs the task over a batch of inputs and reports the outcomes. There is a class for
// each kind of task.
#pragma once

#include "result.h"
#include "task/iterationgate.h"
#include "wire/codec.h"
#include "worker/owndescriptor.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope::worker {

/// Consecutive indices of one chunk that are run between two looks at the clock.
struct Batch {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

/// Takes what a task printed to its standard error on an index, in pieces of any size.
using ErrorOutput = std::function<void(std::uint64_t index, std::string_view text)>;

class TaskRunner {
public:
    TaskRunner() = default;
    TaskRunner(const TaskRunner &) = delete;
    TaskRunner &operator=(const TaskRunner &) = delete;
    virtual ~TaskRunner() = default;

    /// How many iterations the next batch may have. `suggested` leaves long ones to themselves.
    virtual std::uint64_t batchSize(std::uint64_t suggested) const { return suggested; }

    /// Runs a batch, up to where the gate closes. `items` holds its inputs, where they are items,
    /// and is read as far as they were run. The result has first, count, store and values set; the
    /// values are valid until the next call.
    virtual wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) = 0;

    /// Lets what it has started come to its end; run() is not called any more.
    virtual void end() { }

    /// Why values that earlier calls of run() returned may belong to other inputs, if the last call
    /// of run() or end() has found that.
    virtual std::optional<std::string> wrongValues() const { return std::nullopt; }
};

/// Whether a worker of this kind of task loads code of the user.
constexpr ForeignCode foreignCodeOf(wire::TaskKind task)
{
    return task == wire::TaskKind::Library ? ForeignCode::Yes : ForeignCode::No;
}

/// The runner of a task. Fails where the task cannot be set up here.
Result<std::unique_ptr<TaskRunner>> makeTaskRunner(
    const wire::Setup &setup, ErrorOutput errorOutput);

} // namespace poolscope::worker
