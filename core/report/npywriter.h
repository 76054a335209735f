// SPDX-License-Identifier: GPL-3.0-or-later
// NpyWriter: writes outcomes to a file as a one-dimensional NumPy array, format version 1.0.
//
// The type of the array is '|b1' if all outcomes are true or false. Otherwise it is '<i8' until the
// first outcome that only a double can represent: a real, or NaN for a failure or null. The
// elements before are then converted in place, block by block. An integer that no double equals
// cannot be in an array of doubles, and text cannot be in any array. Both are errors that name the
// index. The file must not be a direct one; see AtomicFile.
//
// If there are many inputs, workers can store numbers in the file itself; see columnFor(). The
// writer then changes only those that must be doubles, and adds those of other outcomes.
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
    /// Returns the file itself if there are many inputs and the file system can allocate its
    /// blocks. To be called before the first outcome is written.
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
    bool m_isColumn = false; ///< workers store numbers in the file
    std::string m_pending; ///< bytes of a column, to be written at m_pendingPlace
    std::uint64_t m_pendingPlace = 0;
    Element m_element = Element::Real;
    std::uint64_t m_count = 0;
    std::uint64_t m_booleans = 0; ///< of m_count. They are integers until all are written
    std::optional<IndexedInteger> m_noDouble; ///< the first integer that no double equals
};

} // namespace poolscope
