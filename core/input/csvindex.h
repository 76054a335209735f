// SPDX-License-Identifier: GPL-3.0-or-later
// CsvIndex: random access to the rows of a CSV file that may be larger than memory.
//
// Keeps the places of some rows, never fields; see LineIndex, which is the same for lines. The one
// scan when it is opened finds every mistake of the file.
#pragma once

#include "input/datafile.h"
#include "input/sparseindex.h"
#include "result.h"
#include "spec/inputspec.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace poolscope {

class CsvIndex {
public:
    /// Reads the whole file once. Fails, naming file and line, on what cannot be read, on a row
    /// with more or fewer fields than the first, on quotes out of place, on a column that is chosen
    /// and is not there or there twice, and on a file without a row.
    static Result<CsvIndex> open(const CsvInput &spec);

    /// The same rows of the same open file, for another thread; reads nothing.
    Result<CsvIndex> duplicate() const;

    /// The delimiter that was chosen. Where that is a comma, the file's first line may name
    /// another.
    char delimiter() const { return m_delimiter; }
    /// Of the chosen columns, in the order in which they were chosen.
    const std::vector<std::string> &columns() const { return m_columns.names; }
    std::uint64_t rowCount() const { return m_rowCount; }
    /// Bytes of an item (wire/row.h), on average and of the largest.
    std::uint64_t meanItemSize() const { return m_rowCount > 0 ? m_itemBytes / m_rowCount : 0; }
    std::uint64_t maxItemSize() const { return m_largestItem; }
    /// Of the file's bytes; see ContentHasher.
    std::string contentHash() const { return m_file.expected().contentHash(); }

    /// Appends rows [first, first + count) to `out`, each as u32 length and an item. The range lies
    /// below rowCount().
    Result<void> read(std::uint64_t first, std::uint64_t count, std::string &out);

private:
    friend class CsvOpening;
    /// Which fields of a row are chosen.
    struct Columns {
        static constexpr std::size_t notChosen = SIZE_MAX;
        std::vector<std::string> names;
        std::vector<std::size_t>
            positions; ///< for each field, where it stands among the chosen ones
    };

    CsvIndex(DataFile file, char delimiter)
        : m_file(std::move(file))
        , m_delimiter(delimiter)
    {
    }

    DataFile m_file;
    char m_delimiter;
    Columns m_columns;
    SparseIndex m_sparseIndex;
    std::uint64_t m_rowCount = 0;
    std::uint64_t m_itemBytes = 0;
    std::uint64_t m_largestItem = 0;
    friend class RowCollector;
};

/// The beginning of a CSV file, to be looked at.
struct CsvPreview {
    std::vector<std::string> columns; ///< all there are
    std::vector<std::vector<std::string>> rows;
};

/// Reads the first rows only, `rows` and 1 MiB at the most, and takes them as they are.
Result<CsvPreview> previewCsv(const CsvInput &spec, std::size_t rows);

} // namespace poolscope
