// SPDX-License-Identifier: GPL-3.0-or-later
// Outcomes as text: the one place that turns values into characters.
#pragma once

#include "wire/value.h"

#include <cstdint>
#include <string>

namespace poolscope {

/// Appends the shortest digits that read back as the same double, in the format of Python's repr
/// (2.0, 1e-07, 1e+16, inf, nan).
void appendReal(std::string &out, double value);

/// Appends the value for the user: text and bytes unchanged, null for none, a JSON document on one
/// line, or the repr. Appends nothing for a failure.
void appendText(std::string &out, const OutcomeView &outcome);

/// Appends {"index": 0, "value": ...} or {"index": 0, "failure": {"kind": ..., "type": ...,
/// "message": ..., "detail": ..., "exit_status": ..., "signal": ..., "attempts": ..., "worker":
/// ..., "memory_bytes": ...}} without a line break. Empty or unknown members are left out. A value
/// that JSON cannot represent (inf, nan, bytes, a repr) is its repr as a string, marked by "repr":
/// true. A byte of a text that is not UTF-8 is the lone surrogate U+DC80..U+DCFF that Python's
/// surrogateescape uses.
void appendJsonLine(std::string &out, std::uint64_t index, const OutcomeView &outcome);

/// Returns one line: "ValueError: bad row", or "timeout: ..." if the failure has no type.
std::string failureText(const FailureView &failure);
/// "input 3 failed: ..."
std::string failedInputText(std::uint64_t index, const FailureView &failure);

} // namespace poolscope
