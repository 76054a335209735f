// SPDX-License-Identifier: GPL-3.0-or-later
// InputSource: the inputs of a run, addressed by index.
//
// A source knows how many inputs there are and encodes any stretch of them for a worker. It keeps
// no input in memory, unless they still come (GrowingInput). One thread at a time.
#pragma once

#include "input/growinginput.h"
#include "result.h"
#include "spec/inputspec.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace poolscope {

/// What inputs are made of, by which a later run tells whether they have changed.
struct InputContent {
    std::string hash; ///< 32 hexadecimal digits
    std::uint64_t inputs = 0; ///< which it covers: the first so many, which is all of most sources
};

class InputSource {
public:
    virtual ~InputSource() = default;

    virtual std::uint64_t size() const = 0; ///< so far, of one that grows

    /// Where its inputs still come: how to take them. Null for others.
    virtual GrowingInput *growing() { return nullptr; }

    /// Bytes that an input takes on its way to a worker, on average; 0 where it takes none, since
    /// the worker makes it from its index.
    virtual std::uint64_t meanEncodedSize() const = 0;

    /// The same for the largest input.
    virtual std::uint64_t maxEncodedSize() const = 0;

    /// The names of what each input has, in its order, where inputs are rows; none for others.
    virtual std::vector<std::string> columns() const { return {}; }

    /// What may be missing from the inputs, a line each, for a person.
    virtual std::vector<std::string> leftOut() const { return {}; }

    /// How many folders could not be read, where inputs are files.
    virtual std::size_t unreadableFolders() const { return 0; }

    /// Appends the inputs [first, first + count), which lie below size(), each as u32 length and
    /// bytes (of a row: see wire/row.h). Appends nothing where meanEncodedSize() is 0.
    virtual Result<void> encode(std::uint64_t first, std::uint64_t count, std::string &out) = 0;

    /// Input `index` as a person reads it.
    virtual Result<std::string> text(std::uint64_t index) = 0;

    /// Reads nothing anew: a file's bytes were hashed while they were indexed.
    virtual InputContent content() const = 0;

    /// Another source of the same inputs, for another thread; reads nothing anew.
    virtual Result<std::unique_ptr<InputSource>> duplicate() const = 0;
};

/// Opens what the spec names. Reads a file of lines or rows once, to index it, and finds every
/// mistake in it. Standard input can be opened once.
Result<std::unique_ptr<InputSource>> openInput(const InputSpec &spec);

} // namespace poolscope
