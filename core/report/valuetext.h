// SPDX-License-Identifier: GPL-3.0-or-later
// How an outcome looks as text: the one place that turns values into characters.
#pragma once

#include "wire/value.h"

#include <cstdint>
#include <string>

namespace poolscope {

/// Appends the shortest digits that read back as the same double, laid out as Python's repr does
/// (2.0, 1e-07, 1e+16, inf, nan).
void appendReal(std::string &out, double value);

/// Appends the value as the user reads it: text and bytes as they are, null for none, the JSON
/// document on one line, the repr. Appends nothing for a failure.
void appendText(std::string &out, const OutcomeView &outcome);

/// Appends {"index": 0, "value": ...} or {"index": 0, "failure": {"kind": ..., "type": ...,
/// "message": ..., "detail": ..., "exit_status": ..., "signal": ..., "attempts": ..., "worker":
/// ..., "memory_bytes": ...}} with no line break; what is empty or unknown is left out. What JSON
/// cannot hold (inf, nan, bytes, a repr) becomes its repr as a string, marked by "repr": true.
/// A byte of a text that is not UTF-8 becomes the lone surrogate U+DC80..U+DCFF that Python's
/// surrogateescape uses.
void appendJsonLine(std::string &out, std::uint64_t index, const OutcomeView &outcome);

/// One line for the user: "ValueError: bad row", or "timeout: ..." if the failure has no type.
std::string failureText(const FailureView &failure);
/// "input 3 failed: ..."
std::string failedInputText(std::uint64_t index, const FailureView &failure);

} // namespace poolscope
