// SPDX-License-Identifier: GPL-3.0-or-later
// BlockChecksums: by which the bytes of a file are known again, as a whole and block by block.
//
// Keeps 8 bytes for every 16 KiB, an XXH3 of 64 bits, and the last block as it is. Made against
// accidents, not against people.
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

    /// Bytes come in their order, in pieces of any size.
    void add(std::string_view bytes);

    /// Of all bytes that were added.
    std::uint64_t byteCount() const { return m_byteCount; }
    std::string contentHash() const { return m_whole.digest(); }

    /// Whether these are the bytes that were added from `offset` on, which is where a block begins;
    /// they end where a block or all that was added does.
    bool match(std::uint64_t offset, std::string_view bytes) const;

private:
    ContentHasher m_whole;
    std::vector<std::uint64_t> m_checksums; ///< of whole blocks
    std::string m_rest; ///< the block that is not whole yet
    std::uint64_t m_byteCount = 0;
};

} // namespace poolscope
