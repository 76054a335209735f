// SPDX-License-Identifier: GPL-3.0-or-later
// NpyWriter: writes outcomes to a file as a one-dimensional NumPy array, format version 1.0.
//
// The array is of '|b1' where all outcomes are true or false. Else it is of '<i8' until the first
// outcome that only a double can hold (a real, or NaN for a failure or null); then what was written
// is converted in place, block by block. An integer that no double equals cannot stand beside such
// an outcome, and text cannot stand in the array at all: both are errors that name the index. The
// file must not be a direct one.
//
// Where there are many inputs, the file can be the column that workers put numbers into. Numbers
// then are in their places before they are written; the writer changes an element in place where it
// must be a double, and fills in those of failures, nulls and booleans.
#pragma once

#include "report/outcomewriter.h"
#include "system/atomicfile.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

class NpyWriter final : public OutcomeWriter {
public:
    explicit NpyWriter(std::unique_ptr<AtomicFile> file);

    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> writeIntegers(std::uint64_t first, std::span<const std::int64_t> values) override;
    Result<void> writeReals(std::uint64_t first, std::span<const double> values) override;
    /// For many inputs, before the first is written: the file itself, on file systems that can
    /// allocate its blocks.
    std::optional<ColumnFile> columnFor(std::uint64_t inputs) override;
    Result<void> finish() override;

private:
    enum class Element { Integer, Real };
    struct IndexedInteger {
        std::uint64_t index;
        std::int64_t value;
    };

    Result<void> appendIntegers(std::uint64_t first, std::span<const std::int64_t> values);
    Result<void> appendReals(std::span<const double> values);
    template <typename T> Result<void> appendElements(std::span<const T> values);
    bool areInPlace(std::size_t count) const;
    Result<void> overwrite(std::uint64_t place, std::string_view bytes);
    Result<void> writePending();
    Result<void> readIntegers(std::uint64_t first, std::vector<std::int64_t> &integers);
    Result<void> findNoDouble();
    template <typename Convert> Result<void> convertIntegers(const Convert &convert);
    Result<void> convertToReals();
    Result<void> convertToBooleans();
    tl::unexpected<Error> failAsNoDouble(const IndexedInteger &integer);

    std::unique_ptr<AtomicFile> m_file;
    std::size_t m_headerSize;
    bool m_isColumn = false; ///< numbers are put into the file by others, see columnFor()
    std::string m_pending; ///< of a column: bytes to be written from m_pendingPlace on
    std::uint64_t m_pendingPlace = 0;
    Element m_element = Element::Real;
    std::uint64_t m_count = 0;
    std::uint64_t m_booleans = 0; ///< of m_count; they are integers until all are written
    std::optional<IndexedInteger> m_noDouble; ///< the first integer that no double equals
};

} // namespace poolscope
