// SPDX-License-Identifier: GPL-3.0-or-later
// LineStream: the lines of a pipe, read while they arrive; see GrowingInput.
//
// Lines end as in a file (LineIndex), and a line can be read as soon as it has ended. Lines are
// stored in blocks, and a block is removed when none of its lines is needed. Any thread may read
// lines while another adds them.
#pragma once

#include "input/contenthash.h"
#include "input/growinginput.h"
#include "input/linescanner.h"
#include "result.h"
#include "spec/indexrange.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace poolscope {

class LineStream : public GrowingInput {
public:
    /// The longest line that is accepted, to bound the memory of the stream.
    static constexpr std::uint64_t maxLineLength = 64ULL << 20;
    /// The stream is full from this number of bytes in whole lines on.
    static constexpr std::uint64_t fullSize = 16ULL << 20;

    /// Reads from the descriptor, which the caller closes. `name` is its name in messages.
    LineStream(int descriptor, std::string name);

    int descriptor() const override { return m_descriptor; }
    Result<void> take() override;
    bool isComplete() const override;
    bool isFull() const override;
    void removeUnless(const IsNeeded &isNeeded) override;

    std::uint64_t lineCount() const; ///< so far
    std::uint64_t byteCount() const; ///< so far, without line endings
    /// The hash of the lines so far; see ContentHasher.
    std::string contentHash() const;

    /// Appends lines [first, first + count) to `out`, each as u32 length and bytes. Fails if one of
    /// them was removed.
    Result<void> read(IndexRange indices, std::string &out) const;

private:
    /// Consecutive lines, encoded. The last block ends with the beginning of the next line.
    struct Block {
        std::uint64_t count = 0;
        std::string lines;
    };
    using Blocks = std::map<std::uint64_t, Block>; ///< by their first line
    /// Joins the parts of lines that the scanner reports.
    struct Collector {
        LineStream &stream;
        void text(std::string_view bytes) { stream.addText(bytes); }
        bool endLine(std::uint64_t, bool) { return stream.endLine(); }
    };

    Result<void> takeBeginning(std::string_view bytes);
    Result<void> takeBlock(std::string_view bytes);
    void addText(std::string_view bytes);
    bool endLine();
    void finish();
    Block &lastBlock();
    std::uint64_t unfinishedSize() const;

    const int m_descriptor;
    const std::string m_name;
    mutable std::mutex m_mutex; ///< guards all below
    Collector m_collector{*this};
    LineScanner<Collector> m_scanner{m_collector, 0};
    bool m_hasBegun = false; ///< whether a byte order mark was searched for
    std::string m_beginning; ///< the first bytes, until then
    Blocks m_blocks;
    bool m_inLine = false;
    std::size_t m_lineStart = 0; ///< in the last block
    std::uint64_t m_lineCount = 0;
    std::uint64_t m_byteCount = 0;
    std::uint64_t m_heldBytes = 0;
    bool m_isComplete = false;
    ContentHasher m_hasher;
    struct Cursor {
        std::uint64_t line = 0;
        std::size_t offset = 0; ///< in its block
    };
    mutable Cursor m_next; ///< where the last read ended
};

} // namespace poolscope
