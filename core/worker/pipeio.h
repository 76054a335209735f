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

/// The result of a wait, or what is ready without waiting.
struct Readiness {
    bool input = false; ///< the child's standard input accepts bytes, or has no reader any more
    bool output = false; ///< there is output, or the end of it
    bool error = false;
    bool ended = false;

    bool any() const { return input || output || error || ended; }
};

/// Waits until the child ended or has printed, or takes input where `hasInput`; until `deadline`, a
/// clock time, at the longest. Closed descriptors are not waited for.
Readiness awaitChild(ChildProcess &child, bool hasInput, std::optional<std::uint64_t> deadline);

/// Appends what can be read at once; closes the descriptor at its end.
void readOnce(Descriptor &from, std::string &to);
/// Appends what is in the pipe now, and nothing that comes later.
void readWaiting(Descriptor &from, std::string &to);

/// The limit of what a program may print for one input.
class OutputLimit {
public:
    explicit OutputLimit(const wire::Setup &setup);

    /// Whether a value of this length is allowed. If values are discarded, any is.
    bool allows(std::size_t size) const { return !m_keepsValues || size <= m_bytes; }
    /// Drops bytes beyond the limit if values are discarded.
    void cut(std::string &printed) const;
    /// "--output-limit 64M"
    std::string name() const;

private:
    std::uint64_t m_bytes;
    bool m_keepsValues;
};

/// Standard error of a child: passed to the log, with the end stored as a detail of failures.
class ErrorTail {
public:
    explicit ErrorTail(ErrorOutput output)
        : m_output(std::move(output))
    {
    }

    void clear() { m_tail.clear(); }
    void read(Descriptor &from, std::uint64_t index);
    void readWaiting(Descriptor &from, std::uint64_t index);
    /// The last whole lines, of some kilobytes.
    std::string_view lastLines() const;

private:
    void take(std::uint64_t index);

    ErrorOutput m_output;
    std::string m_text;
    std::string m_tail;
};

} // namespace poolscope::worker
