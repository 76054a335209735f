// SPDX-License-Identifier: GPL-3.0-or-later
// ContentHasher: whether something is still what it was. XXH3 of 128 bits, which keeps up with
// memory; made against accidents, not against people.
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
    /// Of all that was added so far, as 32 hexadecimal digits.
    std::string digest() const;

private:
    struct Free {
        void operator()(XXH3_state_s *state) const;
    };
    std::unique_ptr<XXH3_state_s, Free> m_state;
};

} // namespace poolscope
