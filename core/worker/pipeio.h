// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the output of a child process, and waiting for it until a deadline.
#pragma once

#include "worker/childprocess.h"
#include "worker/taskrunner.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope::worker {

/// The result of a wait for a child. All false if the deadline has passed.
struct Readiness {
    bool input = false; ///< the child's standard input accepts bytes, or has no reader any more
    bool output = false; ///< there is output, or the end of it
    bool error = false; ///< as `output`, of standard error
    bool ended = false; ///< the child has ended, and can be reaped

    bool any() const { return input || output || error || ended; }
};

/// Waits until the child has ended, has printed or, if `hasInput`, accepts input, but not longer
/// than until `deadline`, a clock time. Ignores closed descriptors.
Readiness awaitChild(ChildProcess &child, bool hasInput, std::optional<std::uint64_t> deadline);

/// Reads once and appends the bytes. Closes the descriptor at its end.
void readOnce(Descriptor &from, std::string &to);
/// Appends the bytes that are in the pipe now. Does not wait.
void readWaiting(Descriptor &from, std::string &to);

/// The limit on the bytes that a program may print for one input.
class OutputLimit {
public:
    explicit OutputLimit(const wire::Setup &setup);

    /// Whether a value of this length is allowed. Always true if values are discarded.
    bool allows(std::size_t size) const { return !m_keepsValues || size <= m_bytes; }
    /// Drops bytes beyond the limit if values are discarded.
    void cut(std::string &printed) const;
    /// "--output-limit 64M"
    std::string name() const;

private:
    std::uint64_t m_bytes;
    bool m_keepsValues;
};

/// Reads standard error of a child, passes it to the log, and stores its end for failures.
class ErrorTail {
public:
    explicit ErrorTail(ErrorOutput output)
        : m_output(std::move(output))
    {
    }

    void clear() { m_tail.clear(); }
    /// Reads as readOnce() does. `index` is that of the present input.
    void read(Descriptor &from, std::uint64_t index);
    /// Reads as readWaiting() does.
    void readWaiting(Descriptor &from, std::uint64_t index);
    /// The last lines, up to 4 KiB. Valid until the next call.
    std::string_view lastLines() const;

private:
    void take(std::uint64_t index);

    ErrorOutput m_output;
    std::string m_text;
    std::string m_tail;
};

} // namespace poolscope::worker
