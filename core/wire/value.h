// SPDX-License-Identifier: GPL-3.0-or-later
// Value and Failure: what an index comes to, as it travels between worker, pool and record.
//
// Plain data. An Outcome owns its text; an OutcomeView borrows it from a buffer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// The numbers are those of the wire: they must not change within a protocol version.
enum class OutcomeKind : std::uint8_t {
    None = 0,
    Integer = 1, ///< 64 bits, signed
    Real = 2, ///< IEEE 754 double
    Text = 3, ///< UTF-8, or the bytes of the input as they were
    Bytes = 4,
    Json = 5, ///< a JSON document: true, [1,2], an integer beyond 64 bits, ...
    Repr = 6, ///< what JSON cannot hold: the value's printed form, marked as such
    Failure = 7,
};
inline constexpr std::uint8_t outcomeKindCount = 8;

/// Kinds of failure.
inline constexpr std::string_view failureException = "exception"; ///< the task's own
inline constexpr std::string_view failureQuarantined = "quarantined"; ///< its worker died
inline constexpr std::string_view failureTimeout = "timeout";
inline constexpr std::string_view failureMemory = "memory"; ///< its worker took too much
// Of tasks that are other programs:
inline constexpr std::string_view failureExit = "exit"; ///< it ended with a status other than 0
inline constexpr std::string_view failureSignal = "signal"; ///< it was killed by one
inline constexpr std::string_view failureStart = "start"; ///< it could not be started
inline constexpr std::string_view failureInput = "input"; ///< it cannot be given this input
inline constexpr std::string_view failureOutput = "output"; ///< it printed more than is kept
inline constexpr std::string_view failureFilter = "filter"; ///< not one line for one line

/// Why an index has no value.
struct Failure {
    std::string kind; ///< failureException, ...
    std::string type; ///< the exception's type, empty where there is none
    std::string message; ///< one line
    std::string detail; ///< traceback or last lines of stderr; may be empty
};

/// What the pool knows of a failure besides. It keeps that with the outcome; workers do not send
/// it.
struct FailureContext {
    std::uint32_t attempts = 0; ///< at the index, this one included; 0: unknown
    std::uint32_t worker = 0; ///< that made the last of them; 0: unknown
    std::uint64_t memory =
        0; ///< bytes that the worker took when it died; 0: unknown, or it did not
    std::optional<std::int32_t> exitStatus = {}; ///< of the worker, where it ended by itself
    std::int32_t signal = 0; ///< that killed the worker, where one did

    friend bool operator==(const FailureContext &, const FailureContext &) = default;
};

struct FailureView {
    std::string_view kind;
    std::string_view type;
    std::string_view message;
    std::string_view detail;
    FailureContext context = {};
};

/// One outcome whose text is borrowed. Only the member that belongs to `kind` means anything.
struct OutcomeView {
    OutcomeKind kind = OutcomeKind::None;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text = {}; ///< Text, Bytes, Json, Repr
    FailureView failure = {};
};

} // namespace poolscope
