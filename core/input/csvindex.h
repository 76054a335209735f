// SPDX-License-Identifier: GPL-3.0-or-later
// CsvIndex: random access to the rows of a CSV file that may be larger than memory.
//
// Stores the offsets of some rows, never fields. Opening scans the file once and finds every
// mistake in it. One thread at a time.
#pragma once

#include "input/datafile.h"
#include "input/sparseindex.h"
#include "result.h"
#include "spec/indexrange.h"
#include "spec/inputspec.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace poolscope {

class CsvIndex {
public:
    /// Reads the whole file once. Fails, naming file and line, if the file cannot be read or has no
    /// row, a row has more or fewer fields than the first, a quote is out of place, or a chosen
    /// column does not exist or exists twice.
    static Result<CsvIndex> open(const CsvInput &spec);

    /// Returns another index of the open file, for another thread. Reads nothing.
    Result<CsvIndex> duplicate() const;

    /// The delimiter: the chosen one, or the one that the first line of the file names if a comma
    /// was chosen.
    char delimiter() const { return m_delimiter; }
    /// The names of the chosen columns, in the order in which they were chosen.
    const std::vector<std::string> &columns() const { return m_columns.names; }
    std::uint64_t rowCount() const { return m_rowCount; }
    /// Bytes of an item (wire/row.h), on average and of the largest.
    std::uint64_t meanItemSize() const { return m_rowCount > 0 ? m_itemBytes / m_rowCount : 0; }
    std::uint64_t maxItemSize() const { return m_largestItem; }
    /// The hash of the file's bytes; see ContentHasher.
    std::string contentHash() const { return m_file.expected().contentHash(); }

    /// Appends rows [first, first + count) to `out`, each as u32 length and an item. The caller
    /// ensures that first + count is at most rowCount().
    Result<void> read(IndexRange indices, std::string &out);

private:
    friend class CsvOpening;
    /// The chosen columns.
    struct Columns {
        static constexpr std::size_t notChosen = SIZE_MAX;
        std::vector<std::string> names;
        std::vector<std::size_t> positions; ///< for each field, its position among the chosen ones
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

/// The first rows of a CSV file, for the form.
struct CsvPreview {
    std::vector<std::string> columns; ///< all columns of the file
    std::vector<std::vector<std::string>> rows;
};

/// Reads the first rows, at most `rows` and 1 MiB, without checking them.
Result<CsvPreview> previewCsv(const CsvInput &spec, std::size_t rows);

} // namespace poolscope
