// SPDX-License-Identifier: GPL-3.0-or-later
// BoardPage: the pool's side of a worker's Board (wire/board.h).
#pragma once

#include "schedule/scheduler.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

/// What a worker says it is running.
struct RunningBatch {
    IndexRange indices; ///< count is 0 where it runs none
    std::uint64_t begun = 0; ///< in nanoseconds of CLOCK_MONOTONIC
};

class BoardPage {
public:
    /// Makes the memory. path() is empty where that is not possible.
    BoardPage();
    ~BoardPage();
    BoardPage(const BoardPage &) = delete;
    BoardPage &operator=(const BoardPage &) = delete;

    /// Where a process of this host opens it, while this object lives.
    const std::string &path() const { return m_path; }

    /// Whether the worker has taken the board into use.
    bool inUse() const;

    /// Tells the worker how many bytes it has been sent since its start.
    void setSent(std::uint64_t bytes);

    /// The indices that the worker says it is running; count is 0 where it runs none.
    IndexRange runningBatch() const;
    /// The same and since when; none where it went on to the next meanwhile.
    RunningBatch runningNow() const;

    /// The bytes that the worker produced beyond the first `received` of its stream, and that its
    /// channel did not bring. For a worker that has ended.
    std::string_view bytesAfter(std::uint64_t received) const;
    /// The same of a worker that runs on, copied; empty where it emptied its buffer meanwhile.
    std::string liveBytesAfter(std::uint64_t received) const;

private:
    std::uint64_t field(std::size_t offset) const;

    int m_file = -1;
    std::byte *m_memory = nullptr;
    std::string m_path;
};

} // namespace poolscope
