// SPDX-License-Identifier: GPL-3.0-or-later
// CommandRunner: starts a process for each input. The output of the process is the value.
//
// An iteration ends when its process ends. Processes that it left running in the background, even
// with its output open, continue and end with the worker at the latest. A process that takes too
// long is killed with all its descendants.
#pragma once

#include "task/commandtemplate.h"
#include "worker/pipeio.h"
#include "worker/taskrunner.h"
#include "worker/textinputs.h"

#include <optional>
#include <string>

namespace poolscope::worker {

class CommandRunner : public TaskRunner {
public:
    /// `program` is the path of the program, if it is the same for all inputs.
    CommandRunner(const wire::Setup &setup, CommandTemplate command,
        std::optional<std::string> program, ErrorOutput errorOutput);

    std::uint64_t batchSize(std::uint64_t) const override { return 1; }
    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override;

private:
    enum class Watched { Ended, TimedOut, PrintedTooMuch };

    std::optional<Failure> runOne(std::uint64_t index, const CommandInput &input);
    tl::expected<ChildProcess, Failure> start(const CommandInput &input) const;
    Watched watch(ChildProcess &child, std::uint64_t index);

    wire::Setup m_setup;
    CommandTemplate m_command;
    std::optional<std::string> m_program;
    TextInputs m_inputs;
    OutputLimit m_outputLimit;
    ErrorTail m_errors;
    OomWatch m_outOfMemory;
    std::string m_printed;
    std::string m_values;
};

/// Makes the runner of a command or a shell script. Fails if the program does not exist.
Result<std::unique_ptr<TaskRunner>> makeCommandRunner(
    const wire::Setup &setup, ErrorOutput errorOutput);

} // namespace poolscope::worker
