// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/outcomebatches.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr std::uint64_t cellsAtOnce = runfile::largestBatch / sizeof(std::uint64_t);
constexpr std::size_t fewNumbers = 64; // fewer are encoded together with their neighbours
constexpr std::size_t flushedSize = 1U << 20;

class Writer {
public:
    Writer(RunFile &file, const OutcomeStore &outcomes)
        : m_file(file)
        , m_outcomes(outcomes)
    {
    }

    /// Writes the first values of the range, or stores them for flush(). Returns their number.
    Result<std::uint64_t> writeSome(const IndexRange &range)
    {
        const auto numbers = m_outcomes.numbers({range.first, std::min(range.count, cellsAtOnce)});
        if (numbers.cells.size() < fewNumbers)
            return copy(range.first).map([] { return std::uint64_t{1}; });
        return flush().and_then([&] { return writeNumbers(range.first, numbers); }).map([&] {
            return std::uint64_t{numbers.cells.size()};
        });
    }

    Result<void> flush()
    {
        if (m_count == 0)
            return {};
        std::string_view rest = m_bytes;
        Result<void> added;
        while (rest.size() > runfile::largestBatch && added) {
            added = m_file.add(
                {0, BatchKind::Part, noWorker, 0, 0, rest.substr(0, runfile::largestBatch)});
            rest.remove_prefix(runfile::largestBatch);
        }
        if (added)
            added = m_file.add({0, BatchKind::Outcomes, noWorker, m_first, m_count, rest});
        m_count = 0;
        m_bytes.clear();
        return added;
    }

private:
    Result<void> writeNumbers(std::uint64_t first, const OutcomeStore::Numbers &numbers)
    {
        m_cells.resize(numbers.cells.size());
        if (!m_outcomes.copyCells(first, m_cells))
            return failure("the numbers of the run cannot be read from memory");
        const auto kind =
            numbers.kind == OutcomeKind::Real ? BatchKind::Reals : BatchKind::Integers;
        return m_file.add({0, kind, noWorker, first, m_cells.size(),
            {reinterpret_cast<const char *>(m_cells.data()),
                m_cells.size() * sizeof(std::uint64_t)}});
    }

    Result<void> copy(std::uint64_t index)
    {
        if (m_outcomes.isFailure(index))
            return flush();
        const std::size_t before = m_bytes.size();
        const auto copied = m_outcomes.copyEncoded(index, m_bytes);
        if (!copied || !m_outcomes.has(index)) {
            m_bytes.resize(before);
            return m_outcomes.has(index) ? copied : flush();
        }
        if (m_count == 0)
            m_first = index;
        ++m_count;
        return m_bytes.size() < flushedSize ? Result<void>() : flush();
    }

    RunFile &m_file;
    const OutcomeStore &m_outcomes;
    std::vector<std::uint64_t> m_cells; ///< being written
    std::string m_bytes; ///< outcomes from m_first on, encoded
    std::uint64_t m_first = 0;
    std::uint64_t m_count = 0;
};

} // namespace

Result<void> writeOutcomeBatches(
    RunFile &file, const OutcomeStore &outcomes, const IndexRange &range)
{
    Writer writer(file, outcomes);
    for (std::uint64_t index = range.first; index < range.end();) {
        const auto written = writer.writeSome({index, range.end() - index});
        if (!written)
            return tl::unexpected(written.error());
        index += *written;
    }
    return writer.flush();
}

} // namespace poolscope
