// SPDX-License-Identifier: GPL-3.0-or-later
// DataFile: a regular file that inputs are read from, in blocks and from any offset. One thread at
// a time.
//
// After expect(), reading returns only the expected bytes, or an error.
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

    /// Fails if the file cannot be read or is not a regular file.
    static Result<DataFile> open(const std::string &path);

    DataFile(DataFile &&other) noexcept;
    DataFile &operator=(DataFile &&other) noexcept;
    ~DataFile();

    /// Returns another reader of the open file, for another thread.
    Result<DataFile> duplicate() const;

    const std::string &path() const { return m_path; }

    /// Sets the bytes to expect. From now on the file ends where the checksums end, even if bytes
    /// are appended to it, and reading other bytes fails with an error that the file has changed.
    void expect(BlockChecksums checksums);
    /// The checksums that were passed to expect(), which the caller has called before.
    const BlockChecksums &expected() const { return *m_expected; }

    /// Passes the blocks from `offset` on to `use`, until `use` returns false or the file ends.
    /// The first block has about `firstSize` bytes, so that a short read stays short.
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
    std::shared_ptr<const BlockChecksums> m_expected; ///< shared by all duplicates
    std::string m_buffer; ///< the bytes that were read last
    std::uint64_t m_bufferBegin = 0; ///< offset of m_buffer after expect()
};

} // namespace poolscope
