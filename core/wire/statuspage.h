// SPDX-License-Identifier: GPL-3.0-or-later
// Status page: a page of memory that a local worker shares with the pool, and that outlives the
// worker.
//
// The worker publishes on the page the indices that it is running, and stores there the bytes that
// it has not yet written to its channel. When a worker is killed, the pool reads on the page the
// outcomes that did not arrive by the channel, and the index that was running. The pool also uses
// the page to request that a worker returns inputs that it has not begun. A worker that cannot map
// the page works without it. Its death then loses the whole unanswered chunk, and it does not
// return inputs.
//
// Layout, little-endian, 8-byte fields at these offsets. The worker writes:
//
//      0  appended     bytes that the worker has produced for its channel since it started
//      8  base         number of these that had been written when the buffer was last emptied
//     16  batchFirst   first index of the running batch
//     24  batchCount   number of indices of that batch. 0 if none is running
//     32  batchBegun   clock at which it began
//     40  batchEnd     position after the batch that was begun last (see below)
//     48  batchStarted number of iterations of the running batch that may have begun. All ones if
//                      unknown
//     56  endedAddress address in the worker's memory of the number (8 bytes) of iterations that
//                      have ended, one less than have begun. 0 if batchStarted is always up to date
//
// The pool writes:
//
//     64  sent         bytes that the pool has sent to this worker. A worker may watch this field
//                      for a moment before it sleeps in a read
//     72  request      number of the newest request to return inputs. 0 if there was none
//     80  requestEnd   position up to which inputs had been sent at the time of the request
//
// Both write:
//
//     88  proceed      1 while the worker may begin further iterations of its batch
//    128  buffer       bytes [base, appended) of the stream, at most `statusPageBufferSize`. A long
//                      frame may, and a longer one must, be written to the channel directly
//
// Order of writes: buffer bytes before `appended`; `batchFirst`, `batchBegun`, `batchEnd` and
// `batchStarted` before `batchCount`; the Done of a batch before its `batchCount` is set to 0
// again.
//
// Returning inputs. The position of an input is the number of inputs that were sent to this worker
// before it. The pool writes `requestEnd`, then `request`, then 0 to `proceed`. A worker reads
// `proceed` before each iteration of a batch and ends the batch if it is 0. Before a batch it sets
// `proceed` to 1 if it is 0, publishes the batch, and then reads `request`. The pool reads the
// published batch no earlier than 500 µs after it wrote the request, so that no fence is needed. If
// the request is new, the worker does not begin further inputs below `requestEnd`. It sends a
// Returned message with the position of the first of them, and continues with the inputs after
// them. The pool makes no other request until that message has arrived. A worker is on the input
// that the page shows, or on none, once its stores before it read the request are visible to the
// pool.
//
// The pool also clears `proceed` without a request, to end a batch that takes long.
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
