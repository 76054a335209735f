// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/blockprints.h"

#include <algorithm>
#include <new>
#include <xxhash.h>

namespace poolscope {

void BlockPrints::Free::operator()(XXH3_state_s *state) const
{
    XXH3_freeState(state);
}

BlockPrints::BlockPrints()
    : m_last(XXH3_createState())
{
    if (!m_last)
        throw std::bad_alloc();
    XXH3_64bits_reset(m_last.get());
}

BlockPrints::~BlockPrints() = default;
BlockPrints::BlockPrints(BlockPrints &&) noexcept = default;
BlockPrints &BlockPrints::operator=(BlockPrints &&) noexcept = default;

void BlockPrints::add(std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::size_t missing = blockSize - m_byteCount % blockSize;
        const std::string_view part = bytes.substr(0, missing);
        XXH3_64bits_update(m_last.get(), part.data(), part.size());
        m_byteCount += part.size();
        bytes.remove_prefix(part.size());
        if (part.size() == missing) {
            m_prints.push_back(XXH3_64bits_digest(m_last.get()));
            XXH3_64bits_reset(m_last.get());
        }
    }
}

bool BlockPrints::match(std::uint64_t offset, std::string_view bytes) const
{
    for (std::uint64_t block = offset / blockSize; !bytes.empty(); ++block) {
        const std::string_view part = bytes.substr(0, blockSize);
        const std::uint64_t expected =
            block < m_prints.size() ? m_prints[block] : XXH3_64bits_digest(m_last.get());
        if (XXH3_64bits(part.data(), part.size()) != expected)
            return false;
        bytes.remove_prefix(part.size());
    }
    return true;
}

} // namespace poolscope
