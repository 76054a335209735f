// SPDX-License-Identifier: GPL-3.0-or-later
// What Poolscope's own Chrome traces call things, for who writes and who reads them.
//
// A trace is JSON as the Trace Event Format has it, which Chrome's and Perfetto's viewers show: the
// pool is process 1, its thread 0 hands chunks over, thread N is worker N. Times are microseconds
// since the run's start, with nanoseconds behind the point.
//
//     otherData                     version, inputs, inputs_complete (0: more were to come),
//                                   first_dispatch, last_outcome, cores, coordinator_cpu,
//                                   coordinator_busy, coordinator_throttled; spec, the run's
//                                   settings as a run file has them, as text; or source, where the
//                                   run was read from, and import_NOTE, its ImportNotes
//     M  worker                     pid, host, runtime, name (of an imported one), cpu, run_queue,
//                                   set_up_cpu, set_up_run_queue, threads, thread_run_queue,
//                                   decoding, load_time, load_cpu, load_memory, load_shared (1: by
//                                   the process that the worker is a copy of), max_rss
//     X  poolscope.span             index, count: a span
//     X  poolscope.chunk sent       worker, spans, received, answered, decoded: a chunk's times
//     X  poolscope.chunk decoded    where its flow ends
//     s, t, f  poolscope.flow       from sent by begun to decoded
//     i  poolscope.mark             mark, value: a rare event; of a failure kind, type, message and
//                                   detail
//     C  it/s
#pragma once

#include "record/importnotes.h"
#include "record/timeline.h"

#include <array>
#include <string>
#include <string_view>

namespace poolscope::trace {

inline constexpr std::uint64_t version = 1;
inline constexpr std::string_view spanCategory = "poolscope.span";
inline constexpr std::string_view chunkCategory = "poolscope.chunk";
inline constexpr std::string_view flowCategory = "poolscope.flow";
inline constexpr std::string_view markCategory = "poolscope.mark";
inline constexpr std::string_view versionKey = "poolscope";
inline constexpr std::string_view workerName = "worker";
inline constexpr std::string_view sentName = "sent";

inline std::string noteKey(ImportNote note)
{
    return "import_" + std::string(importNoteName(note));
}

/// By Mark::Kind.
inline constexpr std::array<std::string_view, markKindCount> markNames{"starting", "ready",
    "leaving", "dead", "gone", "resized", "paused", "resumed", "failed", "quarantined", "given up",
    "retried", "reopened", "continued", "idle", "doubted", "trusted"};

} // namespace poolscope::trace
