// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeView: the outcome of an index, which worker, pool and record exchange. Failure: the reason
// why an index has no value. Plain data.
#pragma once

#include "wire/workerid.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// The numbers are part of the protocol and must not change within a version.
enum class OutcomeKind : std::uint8_t {
    None = 0,
    Integer = 1, ///< 64 bits, signed
    Real = 2, ///< IEEE 754 double
    Text = 3, ///< UTF-8, or the unchanged bytes of the input
    Bytes = 4,
    Json = 5, ///< a JSON document: true, [1,2], an integer beyond 64 bits, ...
    Repr = 6, ///< the printed form of a value that JSON cannot represent
    Failure = 7,
    Reals = 8, ///< a list of finite doubles, each in realSize bytes
};
/// The size of a double in the text of Reals: the letter g, and 8 bytes, little-endian. This is
/// what Python's marshal makes of a float.
inline constexpr std::size_t realSize = 9;
inline constexpr std::uint8_t outcomeKindCount = 9;

/// Kinds of failure.
inline constexpr std::string_view failureException = "exception"; ///< of the task
inline constexpr std::string_view failureQuarantined = "quarantined"; ///< the worker died
inline constexpr std::string_view failureTimeout = "timeout";
inline constexpr std::string_view failureMemory = "memory"; ///< the worker used too much
// Kinds of failure of tasks that are programs:
inline constexpr std::string_view failureExit = "exit"; ///< a status other than 0
inline constexpr std::string_view failureSignal = "signal"; ///< killed by a signal
inline constexpr std::string_view failureStart = "start"; ///< could not be started
inline constexpr std::string_view failureInput = "input"; ///< cannot receive this input
inline constexpr std::string_view failureOutput = "output"; ///< printed more than the limit
inline constexpr std::string_view failureFilter = "filter"; ///< not one line for one line

/// Why an index has no value.
struct Failure {
    std::string kind; ///< failureException, ...
    std::string type; ///< the type of the exception, empty if there is none
    std::string message; ///< one line
    std::string detail; ///< traceback or last lines of stderr; may be empty
};

/// The context that the pool adds to a failure. It is stored with the outcome; workers do not send
/// it.
struct FailureContext {
    std::uint32_t attempts = 0; ///< at the index, including this one. 0 if unknown
    WorkerId worker = noWorker; ///< of the last attempt. noWorker if unknown
    std::uint64_t memory = 0; ///< bytes of a worker that died, at its death. 0 if unknown
    std::optional<std::int32_t> exitStatus = {}; ///< of the worker, if it ended by itself
    std::int32_t signal = 0; ///< that killed the worker. 0 if none did

    friend bool operator==(const FailureContext &, const FailureContext &) = default;
};

struct FailureView {
    std::string_view kind;
    std::string_view type;
    std::string_view message;
    std::string_view detail;
    FailureContext context = {};
};

/// One outcome whose text is borrowed. Only the member that belongs to `kind` is valid.
struct OutcomeView {
    OutcomeKind kind = OutcomeKind::None;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text = {}; ///< Text, Bytes, Json, Repr, Reals
    FailureView failure = {};
    /// The bytes that a value was decoded from (see wire/codec.h). Empty for a failure, whose
    /// context the pool adds, and for a view that was not decoded.
    std::string_view encoded = {};
};

} // namespace poolscope
