// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/contenthash.h"

#include <new>
#include <xxhash.h>

namespace poolscope {

void ContentHasher::Free::operator()(XXH3_state_s *state) const
{
    XXH3_freeState(state);
}

ContentHasher::ContentHasher()
    : m_state(XXH3_createState())
{
    if (!m_state)
        throw std::bad_alloc();
    XXH3_128bits_reset(m_state.get());
}

ContentHasher::~ContentHasher() = default;
ContentHasher::ContentHasher(ContentHasher &&) noexcept = default;
ContentHasher &ContentHasher::operator=(ContentHasher &&) noexcept = default;

void ContentHasher::add(std::string_view bytes)
{
    XXH3_128bits_update(m_state.get(), bytes.data(), bytes.size());
}

std::string ContentHasher::digest() const
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(m_state.get()));
    std::string text;
    for (const unsigned char byte : canonical.digest) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

} // namespace poolscope
