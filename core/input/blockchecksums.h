// SPDX-License-Identifier: GPL-3.0-or-later
// BlockChecksums: checksums of a file, of the whole and of each block, to notice that its bytes
// have changed.
//
// Stores 8 bytes for every 16 KiB, an XXH3 of 64 bits, and the bytes of the last block. Protects
// against accidents, not against attackers. The caller adds all bytes first and then compares.
#pragma once

#include "input/contenthash.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

class BlockChecksums {
public:
    static constexpr std::size_t blockSize = 16 * 1024;

    /// Adds the next bytes, of any number.
    void add(std::string_view bytes);

    /// The number of bytes that were added.
    std::uint64_t byteCount() const { return m_byteCount; }
    /// The hash of all bytes that were added; see ContentHasher.
    std::string contentHash() const { return m_whole.digest(); }

    /// Whether these bytes are those that were added from `offset` on. `offset` is a multiple of
    /// blockSize, and the bytes end at the end of a block or with the last byte.
    bool match(std::uint64_t offset, std::string_view bytes) const;

private:
    ContentHasher m_whole;
    std::vector<std::uint64_t> m_checksums; ///< of whole blocks
    std::string m_rest; ///< the bytes of the last block, which is not whole yet
    std::uint64_t m_byteCount = 0;
};

} // namespace poolscope
