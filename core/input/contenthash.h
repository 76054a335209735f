// SPDX-License-Identifier: GPL-3.0-or-later
// ContentHasher: a hash of 128 bits (XXH3), to notice whether content has changed. Hashing is as
// fast as reading memory. Protects against accidents, not against attackers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace poolscope {

class ContentHasher {
public:
    ContentHasher();
    ~ContentHasher();
    ContentHasher(ContentHasher &&) noexcept;
    ContentHasher &operator=(ContentHasher &&) noexcept;

    void add(std::string_view bytes);
    /// The hash of all bytes that were added so far, as 32 hexadecimal digits.
    std::string digest() const;

private:
    struct Free {
        void operator()(XXH3_state_s *state) const;
    };
    std::unique_ptr<XXH3_state_s, Free> m_state;
};

} // namespace poolscope
