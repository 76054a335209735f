// SPDX-License-Identifier: GPL-3.0-or-later
// StatusPage: the pool's side of a worker's status page (wire/statuspage.h).
#pragma once

#include "spec/indexrange.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace poolscope {

/// What a worker says it is running.
struct RunningBatch {
    IndexRange indices; ///< count is 0 where it runs none
    std::uint64_t begun = 0; ///< in nanoseconds of CLOCK_MONOTONIC
    std::uint64_t endPosition = 0; ///< behind these, or behind those that it ran last
    std::optional<std::uint64_t> started =
        {}; ///< how many of them may have begun, where that is known

    /// Those of the indices one of which it is on.
    IndexRange current() const;
    /// The position from which on it has begun nothing.
    std::uint64_t firstNotBegun() const;
};

class StatusPage {
public:
    /// Makes the memory. path() is empty where that is not possible.
    StatusPage();
    ~StatusPage();
    StatusPage(const StatusPage &) = delete;
    StatusPage &operator=(const StatusPage &) = delete;

    /// Where a process of this host opens it, while this object lives.
    const std::string &path() const { return m_path; }

    /// Whether the worker has taken the status page into use.
    bool inUse() const;

    /// Tells the worker how many bytes it has been sent since its start.
    void setSent(std::uint64_t bytes);

    /// Asks the worker to return what it has not begun of the inputs that it was sent so far, up to
    /// a position. It has answered the request before, if there was one.
    void requestReturn(std::uint64_t endPosition);
    /// Has the batch that the worker is running end after the iteration that it is on.
    void endBatch();
    /// Whether that was asked for and the worker has not gone on to a batch since then.
    bool isBatchToEnd() const;

    /// What the worker says it is running. `process` is the worker's, where it still runs; else 0.
    RunningBatch runningBatch(pid_t process) const;

    /// The bytes that the worker produced beyond the first `received` of its stream, and that its
    /// channel did not bring. For a worker that has ended.
    std::string_view bytesAfter(std::uint64_t received) const;
    /// The same of a worker that runs on, copied; empty where it emptied its buffer meanwhile.
    std::string liveBytesAfter(std::uint64_t received) const;

private:
    RunningBatch readBatch(pid_t process) const;
    std::uint64_t field(std::size_t offset) const;
    void setField(std::size_t offset, std::uint64_t value);

    int m_file = -1;
    std::byte *m_memory = nullptr;
    std::string m_path;
};

} // namespace poolscope
