// SPDX-License-Identifier: GPL-3.0-or-later
// BlobLog: records of any length in a temporary file, with little of it in memory.
//
// A record is appended once, identified by its offset, and may be discarded. Disk space is released
// when all records of a part of the file are discarded. The file has no name and ends with the
// program. One thread appends, and any thread reads and discards.
#pragma once

#include "result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

class BlobLog {
public:
    /// Creates the file in the folder for temporary files ($TMPDIR or /tmp).
    static Result<std::unique_ptr<BlobLog>> make();
    ~BlobLog();
    BlobLog(const BlobLog &) = delete;
    BlobLog &operator=(const BlobLog &) = delete;

    /// Returns the record's offset. Succeeds even if the disk is full: the record then stays in
    /// memory, and obstacle() returns a message.
    Result<std::uint64_t> append(std::string_view record);
    Result<std::vector<char>> read(std::uint64_t offset) const;
    /// Appends the record to `to`.
    Result<void> copy(std::uint64_t offset, std::string &to) const;
    void discard(std::uint64_t offset);

    /// The reason why records cannot be written to the disk, in one line. Empty if they can. Any
    /// thread.
    std::string obstacle() const;
    /// Tries again to write the records that stayed in memory.
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
    template <typename Bytes> Result<void> appendRecord(std::uint64_t offset, Bytes &to) const;
    Result<void> readBytes(std::uint64_t offset, char *to, std::size_t size) const;
    Result<std::string_view> readBlock(std::uint64_t number, std::size_t least) const;
    std::uint64_t flushed() const;
    Result<std::size_t> readFile(std::uint64_t offset, char *to, std::size_t size) const;

    int m_file;
    mutable std::mutex m_mutex; ///< guards the members below
    std::string m_tail; ///< bytes that were appended and are not in the file yet
    std::uint64_t m_flushed = 0; ///< bytes in the file
    std::string m_obstacle;
    std::vector<std::uint32_t>
        m_live; ///< records in each section, wholly or in part, that are not discarded

    /// A part of the file in memory, for a reader that reads records in order.
    struct Block {
        std::uint64_t number = UINT64_MAX; ///< position in the file, in blocks
        std::string bytes; ///< fewer at the end of the file
    };
    mutable std::mutex m_blocksMutex; ///< guards the members below
    mutable std::array<Block, 4> m_blocks;
    mutable std::size_t m_replacedNext = 0;
};

} // namespace poolscope
