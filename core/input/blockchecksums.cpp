// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/blockchecksums.h"

#include <xxhash.h>

namespace poolscope {

namespace {

std::uint64_t printOf(std::string_view block)
{
    return XXH3_64bits(block.data(), block.size());
}

} // namespace

void BlockChecksums::add(std::string_view bytes)
{
    m_byteCount += bytes.size();
    m_whole.add(bytes);
    while (!bytes.empty()) {
        const std::string_view part = bytes.substr(0, blockSize - m_rest.size());
        bytes.remove_prefix(part.size());
        if (part.size() == blockSize) {
            m_checksums.push_back(printOf(part));
            continue;
        }
        m_rest += part;
        if (m_rest.size() == blockSize) {
            m_checksums.push_back(printOf(m_rest));
            m_rest.clear();
        }
    }
}

bool BlockChecksums::match(std::uint64_t offset, std::string_view bytes) const
{
    for (std::uint64_t block = offset / blockSize; !bytes.empty(); ++block) {
        const std::string_view part = bytes.substr(0, blockSize);
        const bool same =
            block < m_checksums.size() ? printOf(part) == m_checksums[block] : part == m_rest;
        if (!same)
            return false;
        bytes.remove_prefix(part.size());
    }
    return true;
}

} // namespace poolscope
