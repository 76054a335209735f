// SPDX-License-Identifier: GPL-3.0-or-later
// Board: a page of memory that a local worker shares with the pool, and that outlives the worker.
//
// The worker writes on it which indices it is running, and keeps there the bytes that it has not
// yet written to its channel. So when a worker is killed, the pool still learns what it had
// finished (the bytes that the channel did not bring) and which index it was on. A worker that
// cannot map the board works without it; then a death costs the whole of its unanswered chunk.
//
// Layout, little-endian, 8-byte fields at these offsets:
//
//      0  appended    bytes that the worker has produced for its channel since it started
//      8  base        how many of them had been written when the buffer was last emptied
//     16  batchFirst  first index of the batch that is running
//     24  batchCount  how many indices that batch has; 0 when none is running
//     32  batchBegun  clock at which it began
//     40  sent        bytes that the pool has sent to this worker; the pool writes this one, and a
//                     worker may watch it for a moment before it sleeps in a read
//     64  buffer      bytes [base, appended) of the stream, `boardBufferSize` at the most; a frame
//                     longer than that goes straight to the channel
//
// Order of writes: buffer bytes before `appended`; `batchFirst`, `batchBegun` before `batchCount`;
// the Done of a batch before its `batchCount` goes back to 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace poolscope::wire {

inline constexpr std::size_t boardAppended = 0;
inline constexpr std::size_t boardBase = 8;
inline constexpr std::size_t boardBatchFirst = 16;
inline constexpr std::size_t boardBatchCount = 24;
inline constexpr std::size_t boardBatchBegun = 32;
inline constexpr std::size_t boardSent = 40;
inline constexpr std::size_t boardBuffer = 64;
inline constexpr std::size_t boardSize = 128 * 1024;
inline constexpr std::size_t boardBufferSize = boardSize - boardBuffer;

} // namespace poolscope::wire
