// SPDX-License-Identifier: GPL-3.0-or-later
// BlobLog: records of any length in a temporary file, with little of it in memory.
//
// A record is appended once, is known by its offset, and may be discarded; space on the disk is
// given back once all records of a stretch are discarded. The file has no name and goes with the
// program. One thread appends; any thread reads and discards.
#pragma once

#include "result.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

class BlobLog {
public:
    /// Makes the file where temporary files belong ($TMPDIR or /tmp).
    static Result<std::unique_ptr<BlobLog>> make();
    ~BlobLog();
    BlobLog(const BlobLog &) = delete;
    BlobLog &operator=(const BlobLog &) = delete;

    /// Returns the record's offset. Where the disk is full it succeeds all the same: the record
    /// stays in memory, and obstacle() says so.
    Result<std::uint64_t> append(std::string_view record);
    Result<std::vector<char>> read(std::uint64_t offset) const;
    void discard(std::uint64_t offset);

    /// Why what was appended cannot be written now, in one line; empty: it can. Any thread.
    std::string obstacle() const;
    /// Tries whether there is room again.
    Result<void> makeWay();

private:
    explicit BlobLog(int file)
        : m_file(file)
    {
    }
    Result<void> flush();
    void count(std::uint64_t offset, std::size_t length, int change);
    void punchIfDead(std::uint64_t at);
    bool copyFromTail(std::uint64_t offset, char *to, std::size_t size) const;
    Result<void> readBytes(std::uint64_t offset, char *to, std::size_t size) const;
    Result<std::string_view> readBlock(std::uint64_t number, std::size_t least) const;
    std::uint64_t flushed() const;
    Result<std::size_t> readFile(std::uint64_t offset, char *to, std::size_t size) const;

    int m_file;
    mutable std::mutex m_mutex; ///< guards the members below
    std::string m_tail; ///< what was appended and is not yet in the file
    std::uint64_t m_flushed = 0; ///< bytes in the file
    std::string m_obstacle;
    std::vector<std::uint32_t>
        m_live; ///< records in each stretch, wholly or in part, that are not discarded

    /// Of those who read in order, each finds the next records in memory.
    struct Block {
        std::uint64_t number = UINT64_MAX; ///< of its place in the file
        std::string bytes; ///< as many as the file had
    };
    mutable std::mutex m_blocksMutex; ///< guards the members below
    mutable std::array<Block, 4> m_blocks;
    mutable std::size_t m_replacedNext = 0;
};

} // namespace poolscope
