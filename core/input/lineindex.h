// SPDX-License-Identifier: GPL-3.0-or-later
// LineIndex: random access to the lines of a file that may be larger than memory.
//
// Stores the offsets of some lines (a thousandth of the size of the file), never text, and finds a
// line by scanning from the last known offset before it. A line ends at \n, \r\n or \r; the last
// one needs no ending. Bytes are returned unchanged, also NUL and invalid UTF-8. A byte order mark
// at the beginning is not part of the first line.
//
// Lines that are appended to the file later are not part of the index. Reading bytes that have
// changed fails. One thread at a time.
#pragma once

#include "input/datafile.h"
#include "input/sparseindex.h"
#include "result.h"
#include "spec/indexrange.h"

#include <cstdint>
#include <string>
#include <utility>

namespace poolscope {

class LineIndex {
public:
    /// The longest line that is accepted. A message to a worker cannot contain more.
    static constexpr std::uint64_t maxLineLength = 1'000'000'000;

    /// Reads the whole file once. Fails if it cannot be read, is not a regular file, is UTF-16, or
    /// has a line that is too long.
    static Result<LineIndex> open(const std::string &path);

    /// Returns another index of the open file, for another thread. Reads nothing.
    Result<LineIndex> duplicate() const;

    std::uint64_t lineCount() const { return m_lineCount; }
    std::uint64_t byteCount() const { return m_file.expected().byteCount(); }
    /// Bytes of the longest line, including its ending.
    std::uint64_t longestLine() const { return m_longestLine; }
    /// The hash of the file's bytes; see ContentHasher.
    std::string contentHash() const { return m_file.expected().contentHash(); }

    /// Appends lines [first, first + count) to `out`, each as u32 length and bytes, like
    /// wire::Work::items. The caller ensures that first + count is at most lineCount().
    Result<void> read(IndexRange indices, std::string &out);

private:
    explicit LineIndex(DataFile file)
        : m_file(std::move(file))
    {
    }
    Result<void> scan();

    DataFile m_file;
    SparseIndex m_sparseIndex;
    std::uint64_t m_lineCount = 0;
    std::uint64_t m_longestLine = 0;
};

} // namespace poolscope
