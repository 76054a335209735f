// SPDX-License-Identifier: GPL-3.0-or-later
// Ring: reads the records of one thread of a watched Python from its ring file.
//
// The file is written by another process at the same time, which may end at any moment, and it may
// have any content: everything is copied before it is checked, and a record that cannot be right
// makes the ring malformed for good. The file is not mapped, since a process that truncates it
// would make reading a mapping fail. One thread.
#pragma once

#include "result.h"
#include "system/descriptor.h"
#include "watch/records.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::watch {

/// A chunk that a worker has begun.
struct OpenChunk {
    std::uint64_t inputs = 0;
    bool isOpen = false;
    std::uint64_t pool = 0, job = 0, index = 0, begun = 0;
    std::uint64_t firstInput = 0; ///< in the chunk. Inputs before it have ended
    std::uint64_t ended = 0; ///< when the function returned. 0 if it did not
};

class Ring {
public:
    /// Fails if the file cannot be read or does not have a valid header.
    static Result<std::unique_ptr<Ring>> open(const std::string &path);

    std::uint32_t pid() const { return m_pid; }
    std::uint64_t made() const { return m_made; } ///< time of CLOCK_MONOTONIC
    /// Removes the file. To be called when no process writes to the file any more.
    void remove() const;

    std::uint32_t thread() const { return m_thread; }
    std::uint32_t parent() const { return m_parent; }

    /// Reads the header again. To be called for all rings in a row, before read() of any, so that
    /// the records are of one moment.
    void look();
    /// Calls take(kind, words) for each record that was complete at the last look, and makes
    /// room for others. Fails if a record is malformed.
    Result<void> read(const std::function<void(RecordKind, RecordWords &)> &take);

    /// The state at the last look.
    const OpenChunk &openChunk() const { return m_open; }
    /// Jobs of which no record is written yet, as of the last look. None if they may be in a record
    /// that has not been read.
    const std::optional<SubmittedRange> &openJobs() const { return m_openJobs; }
    std::uint64_t lost() const { return m_lost; } ///< records
    std::uint64_t cost() const { return m_cost; } ///< nanoseconds that the hooks took

private:
    Ring() = default;
    Result<void> parse(
        std::uint64_t size, const std::function<void(RecordKind, RecordWords &)> &take) const;

    std::string m_path;
    Descriptor m_file;
    std::uint32_t m_pid = 0;
    std::uint32_t m_thread = 0;
    std::uint32_t m_parent = 0;
    std::uint64_t m_made = 0;
    std::uint64_t m_capacity = 0; ///< bytes
    std::uint64_t m_written = 0;
    std::uint64_t m_read = 0;
    std::uint64_t m_lost = 0;
    std::uint64_t m_cost = 0;
    OpenChunk m_open;
    std::optional<SubmittedRange> m_openJobs;
    std::vector<std::uint64_t> m_words;
    bool m_isMalformed = false;
};

} // namespace poolscope::watch
