// SPDX-License-Identifier: GPL-3.0-or-later
// GrowingInput: a source whose inputs still arrive, such as the lines of standard input.
//
// The caller waits for descriptor(), reads inputs that have arrived with take(), and removes inputs
// that are no longer needed with removeUnless(). The source stores only inputs that were read and
// not removed. One thread, which also encodes inputs.
#pragma once

#include "result.h"
#include "spec/indexrange.h"

#include <cstdint>
#include <functional>

namespace poolscope {

class GrowingInput {
public:
    virtual ~GrowingInput() = default;

    /// A descriptor that becomes readable when more inputs have arrived, or when none will follow.
    virtual int descriptor() const = 0;

    /// Reads inputs that have arrived, without waiting.
    virtual Result<void> take() = 0;

    /// Whether all inputs have arrived.
    virtual bool isComplete() const = 0;

    /// Whether so many bytes are stored that the caller should not read more.
    virtual bool isFull() const = 0;

    /// Removes groups of consecutive inputs, except those for which `isNeeded` returns true.
    using IsNeeded = std::function<bool(IndexRange indices)>;
    virtual void removeUnless(const IsNeeded &isNeeded) = 0;
};

} // namespace poolscope
