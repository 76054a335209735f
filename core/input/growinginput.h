// SPDX-License-Identifier: GPL-3.0-or-later
// GrowingInput: the side of a source whose inputs still come, as those of standard input.
//
// Whoever hands its inputs out waits for its descriptor, takes what has come, and lets go of what
// is needed no more: the source holds what was taken and not let go of, and nothing else. One
// thread, that which encodes.
#pragma once

#include "result.h"

#include <cstdint>
#include <functional>

namespace poolscope {

class GrowingInput {
public:
    virtual ~GrowingInput() = default;

    /// Can be read from when more inputs have come, or when it is known that none will.
    virtual int descriptor() const = 0;

    /// Takes what has come, without waiting.
    virtual Result<void> take() = 0;

    /// Whether all inputs have come.
    virtual bool isComplete() const = 0;

    /// Whether so much is held that no more should be taken.
    virtual bool isFull() const = 0;

    /// Lets go of inputs, some at a time: those of which `isNeeded` says so stay.
    using IsNeeded = std::function<bool(std::uint64_t first, std::uint64_t count)>;
    virtual void forgetUnless(const IsNeeded &isNeeded) = 0;
};

} // namespace poolscope
