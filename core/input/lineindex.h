// SPDX-License-Identifier: GPL-3.0-or-later
// LineIndex: random access to the lines of a file that may be larger than memory.
//
// Keeps the places of some lines (a thousandth of the file), never text; a line is found by
// scanning on from the place before it. A line ends at \n, \r\n or \r; the last needs no ending.
// Bytes are left as they are, NUL and invalid UTF-8 included, but for a byte order mark at the
// beginning, which is not part of the first line.
//
// Lines may be appended to the file; they are none of the index. A read of bytes that have changed
// fails and says so. One thread at a time.
#pragma once

#include "input/datafile.h"
#include "input/sparseindex.h"
#include "result.h"

#include <cstdint>
#include <string>
#include <utility>

namespace poolscope {

class LineIndex {
public:
    /// Lines longer than this are refused: a worker takes no more in one message.
    static constexpr std::uint64_t maxLineLength = 1'000'000'000;

    /// Reads the whole file once. Fails where it cannot be read, is no regular file, is UTF-16, or
    /// has a line that is too long.
    static Result<LineIndex> open(const std::string &path);

    /// The same lines of the same open file, for another thread; reads nothing.
    Result<LineIndex> duplicate() const;

    std::uint64_t lineCount() const { return m_lineCount; }
    std::uint64_t byteCount() const { return m_file.expected().byteCount(); }
    /// Bytes of the longest line, its ending included.
    std::uint64_t longestLine() const { return m_longestLine; }
    /// Of the file's bytes; see ContentHasher.
    std::string contentHash() const { return m_file.expected().contentHash(); }

    /// Appends lines [first, first + count) to `out`, each as u32 length and bytes, as
    /// wire::Work::items has them. The range lies below lineCount().
    Result<void> read(std::uint64_t first, std::uint64_t count, std::string &out);

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
