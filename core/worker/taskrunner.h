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

/// Consecutive indices of one chunk that are run between two readings of the clock.
struct Batch {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

/// Receives text that a task printed to its standard error on an index, in parts of any size.
using ErrorOutput = std::function<void(std::uint64_t index, std::string_view text)>;

class TaskRunner {
public:
    TaskRunner() = default;
    TaskRunner(const TaskRunner &) = delete;
    TaskRunner &operator=(const TaskRunner &) = delete;
    virtual ~TaskRunner() = default;

    /// Returns the number of iterations that the next batch may have. `suggested` is 1 if they are
    /// long (worker/batchsizer.h).
    virtual std::uint64_t batchSize(std::uint64_t suggested) const { return suggested; }

    /// Runs a batch until the gate closes. `items` contains its inputs unless they are a range, and
    /// is read up to the last input that was run. The result has first, count, store and values
    /// set. The values are valid until the next call.
    virtual wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) = 0;

    /// Ends the processes that run() started. run() is not called afterwards.
    virtual void end() { }

    /// The reason why values of earlier calls of run() may belong to other inputs, if the last call
    /// of run() or end() found that.
    virtual std::optional<std::string> wrongValues() const { return std::nullopt; }
};

/// Whether a worker of this kind of task loads code of the user.
constexpr ForeignCode foreignCodeOf(wire::TaskKind task)
{
    return task == wire::TaskKind::Library ? ForeignCode::Yes : ForeignCode::No;
}

/// Makes the runner of a task. Fails if the task cannot be set up.
Result<std::unique_ptr<TaskRunner>> makeTaskRunner(
    const wire::Setup &setup, ErrorOutput errorOutput);

} // namespace poolscope::worker
