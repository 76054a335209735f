// SPDX-License-Identifier: GPL-3.0-or-later
// StandardOutput: writes outcomes to standard output, a line each. The line of a failed index is
// empty. A text that contains line breaks takes several lines.
//
// The caller ignores SIGPIPE, and calls flush() or finish() before it destroys this. After a
// failure nothing more may be written, since a part of the buffer may be written already. One
// thread.
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

    /// `room` is called each time that the disk of a file is full, and returns whether to try again
    /// (see AtomicFile). If it is empty, a write to a full disk fails.
    explicit StandardOutput(WaitForRoom room);

    /// Adds an outcome to the buffer, in the order of the calls, whatever its index.
    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> finish() override { return flush(); }
    /// Writes the buffer, and then a text as printable() converts it.
    Result<void> writeText(std::string_view text);

    /// Writes the buffer. Fails if a write fails, such as when the reader is gone (readerIsGone()),
    /// or if a signal arrives (cli/interrupt.h).
    Result<void> flush();
    /// Whether the last write that failed did so because the reader had closed the pipe.
    static bool readerIsGone();

private:
    static constexpr std::size_t bufferSize = 64 * 1024;

    WaitForRoom m_room;
    std::string m_buffer;
    bool m_isFile = false;
    std::size_t m_piece; ///< most bytes of one system call
};

/// Writes a text to standard output, as printable() converts it. Reports why if that fails. Returns
/// the exit status of the program.
int print(std::string_view text);

/// Reports on standard error why an output could not be written, unless the reader of standard
/// output is gone. Returns the exit status of the program.
int reportOutputError(const Error &error);

} // namespace poolscope
