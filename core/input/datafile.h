// SPDX-License-Identifier: GPL-3.0-or-later
// DataFile: a regular file that inputs are read from, in blocks and from any place on.
#pragma once

#include "result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
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

    /// Gives `use` block after block from `offset` on, until it returns false or the file ends. The
    /// first block has `firstSize` bytes at the most: where little is needed, little is read.
    Result<void> readBlocks(std::uint64_t offset, std::size_t firstSize,
        const std::function<bool(std::string_view block)> &use) const;

    /// What to say where a place that was found before is there no more.
    tl::unexpected<Error> hasChanged() const;

private:
    DataFile() = default;
    tl::unexpected<Error> systemError() const;

    int m_descriptor = -1;
    std::string m_path;
};

} // namespace poolscope
