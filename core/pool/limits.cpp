// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/limits.h"

#include "spec/tasktraits.h"
#include "text/figures.h"
#include "wire/value.h"

namespace poolscope {

namespace {

constexpr std::uint64_t timeToEndProcesses = 1'000'000'000; // nanoseconds

} // namespace

std::optional<std::uint64_t> patienceWithIteration(const RunSpec &spec)
{
    if (!spec.pool.timeout)
        return std::nullopt;
    const auto timeout = static_cast<std::uint64_t>(*spec.pool.timeout * 1e9);
    return traitsOf(spec.task).startsPrograms ? timeout + timeToEndProcesses : timeout;
}

std::optional<Excess> timeExcess(
    const RunSpec &spec, std::uint64_t patience, const RunningBatch &running, std::uint64_t clock)
{
    const bool isOver =
        running.indices.count > 0 && clock > running.begun && clock - running.begun > patience;
    if (!isOver)
        return std::nullopt;
    const Seconds limit(spec.pool.timeout.value_or(0));
    return Excess{
        failureTimeout, "it took longer than the timeout of " + textOf(limit), running.current()};
}

Excess memoryExcess(
    const RunSpec &spec, const IndexRange &running, std::uint64_t bytes, Counted counted)
{
    return {failureMemory,
        (counted == Counted::Worker ? "the worker took " : "the worker and what it started took ")
            + textOf(Bytes{bytes}) + ", more than the memory limit of "
            + textOf(Bytes{spec.pool.memoryLimit.value_or(0)}),
        running, bytes};
}

} // namespace poolscope
