// SPDX-License-Identifier: GPL-3.0-or-later
// Result<T>: a T, or an Error whose message is one line: what is wrong, where, and what to do.
//
// Functions of core/ that can fail for a reason outside the program return a Result and do not
// throw. The message is meant for the user and has no trailing full stop or line break. No code
// reads the message: a fact that a caller needs is a member of Error.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace poolscope {

/// The subject of an error, for code that shows the message beside it.
enum class About : std::uint8_t { Other, Interpreter };

struct Error {
    std::string message;
    About about = About::Other;
};

template <typename T> using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string message)
{
    return tl::unexpected<Error>(Error{std::move(message)});
}

inline tl::unexpected<Error> failure(About about, std::string message)
{
    return tl::unexpected<Error>(Error{std::move(message), about});
}

} // namespace poolscope
