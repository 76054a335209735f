// SPDX-License-Identifier: GPL-3.0-or-later
// InputSource: the inputs of a run, addressed by index.
//
// A source counts its inputs and encodes any range of them for a worker. No input is stored in
// memory, unless inputs still arrive (GrowingInput). One thread at a time; duplicate() returns a
// source for another thread.
#pragma once

#include "input/growinginput.h"
#include "result.h"
#include "spec/indexrange.h"
#include "spec/inputspec.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace poolscope {

/// A hash of inputs, by which a later run notices that they have changed.
struct InputContent {
    std::string hash; ///< 32 hexadecimal digits
    std::uint64_t inputs = 0; ///< number of inputs, from the first, that the hash covers
};

class InputSource {
public:
    virtual ~InputSource() = default;

    virtual std::uint64_t size() const = 0; ///< so far, if inputs still arrive

    /// The source as a GrowingInput if its inputs still arrive, else null.
    virtual GrowingInput *growing() { return nullptr; }

    /// Mean size of an encoded input in bytes. 0 if inputs are not encoded, since the worker
    /// computes them from their index.
    virtual std::uint64_t meanEncodedSize() const = 0;

    /// Size of the largest encoded input in bytes.
    virtual std::uint64_t maxEncodedSize() const = 0;

    /// The names of the columns if inputs are rows, else none.
    virtual std::vector<std::string> columns() const { return {}; }

    /// Messages for the user on inputs that may be missing, one line each.
    virtual std::vector<std::string> leftOut() const { return {}; }

    /// The number of folders that could not be read, if inputs are files.
    virtual std::size_t unreadableFolders() const { return 0; }

    /// Appends the inputs [first, first + count), each as u32 length and bytes (for a row, see
    /// wire/row.h). first + count is at most size(). Appends nothing if meanEncodedSize() is 0.
    virtual Result<void> encode(IndexRange indices, std::string &out) = 0;

    /// Returns input `index` as text for the user.
    virtual Result<std::string> text(std::uint64_t index) = 0;

    /// Returns the hash. Reads nothing again: files were hashed while they were indexed.
    virtual InputContent content() const = 0;

    /// Returns another source of these inputs, for another thread. Reads nothing again.
    virtual Result<std::unique_ptr<InputSource>> duplicate() const = 0;
};

/// Opens the inputs that the spec names. Reads a file of lines or rows once to index it, and finds
/// every mistake in it. Standard input can be opened only once.
Result<std::unique_ptr<InputSource>> openInput(const InputSpec &spec);

} // namespace poolscope
