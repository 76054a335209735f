// SPDX-License-Identifier: GPL-3.0-or-later
// StandardOutput: writes outcomes as lines to standard output, an empty one for a failed index.
#pragma once

#include "report/outcomewriter.h"
#include "system/atomicfile.h"

#include <string>
#include <string_view>

namespace poolscope {

class StandardOutput : public OutcomeWriter {
public:
    /// Fails if standard output is closed, or cannot be written to.
    static Result<void> check();

    /// `room` is called while the disk is full (see AtomicFile).
    explicit StandardOutput(WaitForRoom room);

    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> finish() override { return flush(); }
    /// Writes a text as printable() returns it.
    Result<void> writeText(std::string_view text);

    /// Writes buffered text. Fails if the reader is gone (readerIsGone()) or a signal arrives.
    Result<void> flush();
    static bool readerIsGone();

private:
    static constexpr std::size_t bufferSize = 64 * 1024;

    WaitForRoom m_room;
    std::string m_buffer;
    bool m_isFile = false;
    std::size_t m_piece; ///< most bytes of one write
};

/// Writes a text to standard output. Returns the exit status of the program.
int print(std::string_view text);

/// Reports why an output could not be written, unless the reader of standard output is gone.
/// Returns the exit status of the program.
int complainOfOutput(const Error &error);

} // namespace poolscope
