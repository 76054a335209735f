// SPDX-License-Identifier: GPL-3.0-or-later
// Status page: a page of memory that a local worker shares with the pool, and that outlives the
// worker.
//
// The worker writes on it which indices it is running, and keeps there the bytes that it has not
// yet written to its channel. So when a worker is killed, the pool still learns what it had
// finished (the bytes that the channel did not bring) and which index it was on. By the status page
// the pool also has a worker return what it has not begun. A worker that cannot map the status page
// works without it; then a death costs the whole of its unanswered chunk, and it keeps what it was
// sent.
//
// Layout, little-endian, 8-byte fields at these offsets. The worker writes:
//
//      0  appended     bytes that the worker has produced for its channel since it started
//      8  base         how many of them had been written when the buffer was last emptied
//     16  batchFirst   first index of the batch that is running
//     24  batchCount   how many indices that batch has; 0 when none is running
//     32  batchBegun   clock at which it began
//     40  batchEnd     position behind the batch that was begun last (see below)
//     48  batchStarted how many iterations of the batch that is running may have begun; all ones:
//                      that is not known
//     56  endedAddress where the worker's own memory has, in 8 bytes, how many of them have ended,
//                      one less than have begun; 0: batchStarted is kept up to date
//
// the pool:
//
//     64  sent         bytes that the pool has sent to this worker; a worker may watch this field
//                      for a moment before it sleeps in a read
//     72  request      the number of the newest request to return inputs; 0: there was none
//     80  requestEnd   position up to which inputs had been sent when it was made
//
// and both:
//
//     88  proceed      1 while the worker may begin further iterations of its batch
//    128  buffer       bytes [base, appended) of the stream, `statusPageBufferSize` at the most; a
//    long
//                      frame may, and one that is longer than that must, go straight to the channel
//
// Order of writes: buffer bytes before `appended`; `batchFirst`, `batchBegun`, `batchEnd` and
// `batchStarted` before `batchCount`; the Done of a batch before its `batchCount` goes back to 0.
//
// Returning inputs. The position of an input is how many inputs this worker was sent before it.
// The pool writes `requestEnd`, then `request`, then 0 to `proceed`. A worker looks at `proceed`
// before each iteration of a batch and ends the batch where it is 0. Before a batch it sets
// `proceed` to 1 where that is 0, publishes the batch, and then looks at `request`; the pool reads
// what it published no earlier than 500 us after it wrote the request, so that no fence is needed.
// Where that is new, it begins no input below `requestEnd` that it has not begun, sends a Returned
// message with the position of the first of them, and goes on with those beyond. Until that message
// has come, the pool makes no other request. A worker is on the input that the status page shows,
// or on none, once what it wrote before it saw the request is visible to the pool.
//
// `proceed` is also cleared without a request, to have a batch end that takes long.
#pragma once

#include <cstddef>
#include <cstdint>

namespace poolscope::wire {

inline constexpr std::size_t statusPageAppended = 0;
inline constexpr std::size_t statusPageBase = 8;
inline constexpr std::size_t statusPageBatchFirst = 16;
inline constexpr std::size_t statusPageBatchCount = 24;
inline constexpr std::size_t statusPageBatchBegun = 32;
inline constexpr std::size_t statusPageBatchEnd = 40;
inline constexpr std::size_t statusPageBatchStarted = 48;
inline constexpr std::size_t statusPageEndedAddress = 56;
inline constexpr std::size_t statusPageSent = 64;
inline constexpr std::size_t statusPageRequest = 72;
inline constexpr std::size_t statusPageRequestEnd = 80;
inline constexpr std::size_t statusPageProceed = 88;
inline constexpr std::size_t statusPageBuffer = 128;

inline constexpr std::uint64_t statusPageStartedUnknown = UINT64_MAX;

inline constexpr std::size_t statusPageSize = 128 * 1024;
inline constexpr std::size_t statusPageBufferSize = statusPageSize - statusPageBuffer;

} // namespace poolscope::wire
