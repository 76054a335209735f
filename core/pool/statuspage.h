// SPDX-License-Identifier: GPL-3.0-or-later
// StatusPage: the pool's side of a worker's status page (wire/statuspage.h), by which the pool
// reads what a worker is running and requests the return of inputs.
//
// The caller passes path() to the worker, and checks inUse(): a worker may be unable to map the
// page.
#pragma once

#include "spec/indexrange.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace poolscope {

/// The batch that a worker has published as running.
struct RunningBatch {
    IndexRange indices; ///< count is 0 if none is running
    std::uint64_t begun = 0; ///< in nanoseconds of CLOCK_MONOTONIC
    std::uint64_t endPosition = 0; ///< position after these, or after those of the last batch
    std::optional<std::uint64_t> started = {}; ///< how many of them may have begun, if known

    /// The indices of which the worker is on one.
    IndexRange current() const;
    /// The position from which on the worker has begun nothing.
    std::uint64_t firstNotBegun() const;
};

class StatusPage {
public:
    /// Creates the memory. path() is empty if that fails.
    StatusPage();
    ~StatusPage();
    StatusPage(const StatusPage &) = delete;
    StatusPage &operator=(const StatusPage &) = delete;

    /// The path by which a process of this host opens the page while this object exists.
    const std::string &path() const { return m_path; }

    /// Whether the worker uses the page.
    bool inUse() const;

    /// Publishes how many bytes the worker was sent since its start.
    void setSent(std::uint64_t bytes);

    /// Requests that the worker returns inputs, up to a position, that it has not begun. The
    /// previous request must have been answered.
    void requestReturn(std::uint64_t endPosition);
    /// Ends the running batch after the iteration that the worker is on.
    void endBatch();
    /// Whether endBatch() was called and the worker has not begun another batch since then.
    bool isBatchToEnd() const;

    /// The running batch. `process` is the process of the worker, or 0 if it has ended.
    RunningBatch runningBatch(pid_t process) const;

    /// The bytes of the worker's stream after the first `received`, which did not arrive by its
    /// channel. For a worker that has ended.
    std::string_view bytesAfter(std::uint64_t received) const;
    /// A copy of these bytes for a worker that is running. Empty if it has emptied its buffer
    /// meanwhile.
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
