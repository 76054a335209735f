// SPDX-License-Identifier: GPL-3.0-or-later
// DataFile: a regular file that inputs are read from, in blocks and from any place on. One thread
// at a time.
#pragma once

#include "input/blockchecksums.h"
#include "result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace poolscope {

class DataFile {
public:
    static constexpr std::size_t blockSize = 256 * 1024;

    /// Fails where the file cannot be read or is no regular file.
    static Result<DataFile> open(const std::string &path);

    DataFile(DataFile &&other) noexcept;
    DataFile &operator=(DataFile &&other) noexcept;
    ~DataFile();

    /// The same open file, for another thread.
    Result<DataFile> duplicate() const;

    const std::string &path() const { return m_path; }

    /// From now on the file ends where these checksums do, however much is appended to it, and a
    /// read of other bytes than theirs fails and says that the file has changed.
    void expect(BlockChecksums checksums);
    /// Once it has been told.
    const BlockChecksums &expected() const { return *m_expected; }

    /// Gives `use` block after block from `offset` on, until it returns false or the file ends. The
    /// first block has about `firstSize` bytes: where little is needed, little is read.
    Result<void> readBlocks(std::uint64_t offset, std::size_t firstSize,
        const std::function<bool(std::string_view block)> &use);

private:
    DataFile() = default;
    Result<std::size_t> readAt(std::uint64_t offset, char *out, std::size_t size) const;
    Result<std::string_view> readAny(std::uint64_t offset, std::size_t size);
    Result<std::string_view> readExpected(std::uint64_t offset, std::size_t size);
    Result<void> bufferExpected(std::uint64_t offset, std::size_t size);
    tl::unexpected<Error> systemError() const;

    int m_descriptor = -1;
    std::string m_path;
    std::shared_ptr<const BlockChecksums> m_expected; ///< of all duplicates
    std::string m_buffer; ///< what was read last
    std::uint64_t m_bufferBegin = 0; ///< where that stands, if it is what is expected
};

} // namespace poolscope
