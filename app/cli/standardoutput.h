// SPDX-License-Identifier: GPL-3.0-or-later
// StandardOutput: outcomes as lines on standard output, an empty one for a failed index.
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

    /// `room` as AtomicFile has it.
    explicit StandardOutput(WaitForRoom room);

    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> finish() override { return flush(); }
    /// Writes a text, made printable, since it may come from a file.
    Result<void> writeText(std::string_view text);

    /// Writes what is waiting. Fails when nobody reads any more (readerIsGone()), or when a signal
    /// came while it waited.
    Result<void> flush();
    static bool readerIsGone();

private:
    static constexpr std::size_t bufferSize = 64 * 1024;

    WaitForRoom m_room;
    std::string m_buffer;
    bool m_isFile = false;
    std::size_t m_piece; ///< bytes that one write may have
};

/// Writes a text to standard output; returns the status with which the program then ends.
int print(std::string_view text);

/// Reports why an output could not be written, unless that is because nobody reads standard output
/// any more. Returns the status with which the program then ends.
int complainOfOutput(const Error &error);

} // namespace poolscope
