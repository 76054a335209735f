// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/outcomereader.h"

#include <algorithm>
#include <chrono>

namespace poolscope {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds longestTurn(20);
constexpr std::uint64_t atOnce = 16 * 1024;

template <typename Number> std::span<const Number> as(std::span<const std::uint64_t> cells)
{
    static_assert(sizeof(Number) == sizeof(std::uint64_t));
    return {reinterpret_cast<const Number *>(cells.data()), cells.size()};
}

} // namespace

OutcomeReader::OutcomeReader(Run &run, OutcomeWriter *writer, Order order, FailureHandler onFailure)
    : m_run(run)
    , m_writer(writer)
    , m_order(order)
    , m_onFailure(std::move(onFailure))
{
}

Result<OutcomeReader::Left> OutcomeReader::take()
{
    const auto end = Clock::now() + longestTurn;
    while (refill()) {
        IndexRange &range = m_waiting.front();
        const auto written = writeSome(range);
        if (!written)
            return tl::unexpected(written.error());
        const std::uint64_t next = range.first + *written;
        range = {next, range.count - *written};
        if (range.count == 0)
            m_waiting.pop_front();
        if (m_order == Order::ByIndex)
            m_run.releaseBelow(next);
        else if (m_waiting.empty())
            m_run.releaseBelow(m_queuedBelow);
        if (Clock::now() > end)
            return Left::More;
    }
    return Left::Nothing;
}

/// Finds outcomes that have settled, if none are waiting. Returns false if there are none.
bool OutcomeReader::refill()
{
    if (!m_waiting.empty())
        return true;
    if (m_order == Order::AsTheyCome) {
        Run::Settled settled = m_run.takeSettled(m_queuedBelow);
        m_waiting.assign(settled.ranges.begin(), settled.ranges.end());
        m_queuedBelow = settled.allBelow;
        return !m_waiting.empty();
    }
    const std::uint64_t missing = m_run.outcomes().firstMissing(m_queuedBelow);
    if (missing > m_queuedBelow)
        m_waiting.push_back({m_queuedBelow, missing - m_queuedBelow});
    m_queuedBelow = missing;
    return !m_waiting.empty();
}

/// Writes the first outcomes of a range. Returns how many.
Result<std::uint64_t> OutcomeReader::writeSome(const IndexRange &range)
{
    const auto numbers = m_run.outcomes().numbers({range.first, std::min(range.count, atOnce)});
    if (numbers.cells.empty())
        return writeOne(range.first).map([] { return std::uint64_t{1}; });
    Result<void> written;
    if (m_writer && numbers.kind == OutcomeKind::Real)
        written = m_writer->writeReals(range.first, as<double>(numbers.cells));
    else if (m_writer)
        written = m_writer->writeIntegers(range.first, as<std::int64_t>(numbers.cells));
    return written.map([&] { return std::uint64_t{numbers.cells.size()}; });
}

Result<void> OutcomeReader::writeOne(std::uint64_t index)
{
    const auto outcome = m_run.outcomes().read(index);
    if (!outcome)
        return tl::unexpected(outcome.error());
    if (outcome->view.kind == OutcomeKind::Failure)
        m_onFailure(index, outcome->view.failure);
    else
        m_unmarked.add(outcome->view);
    // The writer may overwrite the index's cell, which has the position of the value.
    if (m_order == Order::ByIndex)
        m_run.releaseBelow(index + 1);
    return m_writer ? m_writer->write(index, outcome->view) : Result<void>();
}

} // namespace poolscope
