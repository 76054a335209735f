// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/commandrunner.h"
#include "wire/outcomecodec.h"

#include "task/programpath.h"
#include "text/figures.h"
#include "worker/clock.h"
#include "worker/outcomes.h"
#include "worker/patience.h"

#include <cerrno>
#include <cstring>
#include <sys/wait.h>

namespace poolscope::worker {

namespace {

Failure failureOf(std::string_view kind, std::string message, std::string_view detail = {})
{
    return {std::string(kind), "", std::move(message), std::string(detail)};
}

Failure cannotStart(const std::string &path, int error)
{
    if (error == E2BIG)
        return failureOf(failureInput,
            "the input is too long for an argument of a program, which may have 128 KiB; a filter "
            "takes any");
    if (error == ENOEXEC)
        return failureOf(failureStart,
            "cannot run " + path
                + ": it is neither a program of this machine nor a script with #!");
    return failureOf(failureStart,
        "cannot run " + path + ": " + std::strerror(error)
            + (error == EAGAIN ? " (see ulimit -u)" : ""));
}

} // namespace

CommandRunner::CommandRunner(const wire::Setup &setup, CommandTemplate command,
    std::optional<std::string> program, ErrorOutput errorOutput)
    : m_setup(setup)
    , m_command(std::move(command))
    , m_program(std::move(program))
    , m_inputs(setup)
    , m_outputLimit(setup)
    , m_errors(std::move(errorOutput))
{
}

wire::Done CommandRunner::run(Batch batch, wire::FieldReader &items, const IterationGate &gate)
{
    m_values.clear();
    std::uint64_t i = 0;
    for (; i < batch.count && gate.mayBegin(i + 1); ++i) {
        const std::uint64_t index = batch.first + i;
        const auto failed = runOne(index, m_inputs.take(index, items));
        wire::encodeOutcome(m_values, failed ? failureOutcome(*failed) : textOutcome(m_printed));
        if (failed)
            gate.failed();
    }
    return inlineDone({batch.first, i}, m_values);
}

/// Stores the value in m_printed, or returns the reason why there is none.
std::optional<Failure> CommandRunner::runOne(std::uint64_t index, const CommandInput &input)
{
    m_printed.clear();
    m_errors.clear();
    m_outOfMemory.begin(now());
    auto child = start(input);
    if (!child)
        return child.error();
    switch (watch(*child, index)) {
    case Watched::TimedOut:
        return failureOf(failureTimeout,
            "it took longer than " + textOf(Duration(m_setup.timeout)) + " and was killed",
            m_errors.lastLines());
    case Watched::PrintedTooMuch:
        return failureOf(failureOutput,
            "it printed more than " + m_outputLimit.name() + " allows, and was killed");
    case Watched::Ended:
        break;
    }
    const int status = child->reap();
    if (status != 0)
        return failureOf(WIFEXITED(status) ? failureExit : failureSignal,
            "it " + describeStatus(status, m_outOfMemory), m_errors.lastLines());
    if (m_printed.ends_with('\n'))
        m_printed.pop_back();
    return std::nullopt;
}

tl::expected<ChildProcess, Failure> CommandRunner::start(const CommandInput &input) const
{
    auto words = m_command.fill(input);
    if (!words)
        return tl::unexpected(failureOf(failureInput, words.error().message));
    const auto program = m_program ? Result<std::string>(*m_program) : findProgram(words->front());
    if (!program)
        return tl::unexpected(failureOf(failureStart, program.error().message));
    return ChildProcess::start(*program, std::move(*words), ChildProcess::StandardInput::Null)
        .map_error([&](int error) { return cannotStart(*program, error); });
}

CommandRunner::Watched CommandRunner::watch(ChildProcess &child, std::uint64_t index)
{
    Patience patience(m_setup.timeout);
    for (;;) {
        const Readiness ready = awaitChild(child, false, patience.nextLook());
        if (ready.output)
            readOnce(child.standardOutput(), m_printed);
        if (ready.error)
            m_errors.read(child.standardError(), index);
        m_outputLimit.cut(m_printed);
        if (!m_outputLimit.allows(m_printed.size()))
            return Watched::PrintedTooMuch;
        if (ready.ended)
            break;
        if (patience.isOver())
            return Watched::TimedOut;
    }
    readWaiting(child.standardOutput(), m_printed);
    m_errors.readWaiting(child.standardError(), index);
    m_outputLimit.cut(m_printed);
    return m_outputLimit.allows(m_printed.size()) ? Watched::Ended : Watched::PrintedTooMuch;
}

Result<std::unique_ptr<TaskRunner>> makeCommandRunner(
    const wire::Setup &setup, ErrorOutput errorOutput)
{
    const bool isShell = setup.task == wire::TaskKind::Shell;
    if (!isShell && setup.words.empty())
        return failure("the command has no words");
    CommandTemplate command = isShell ? CommandTemplate::shell(setup.target)
                                      : CommandTemplate(setup.words, setup.columns);
    std::optional<std::string> program;
    if (command.hasFixedProgram()) {
        auto found = findProgram(isShell ? "sh" : setup.words.front());
        if (!found)
            return tl::unexpected(found.error());
        program = std::move(*found);
    }
    return std::make_unique<CommandRunner>(
        setup, std::move(command), std::move(program), std::move(errorOutput));
}

} // namespace poolscope::worker
