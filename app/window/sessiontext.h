// SPDX-License-Identifier: GPL-3.0-or-later
// A run of a session in one line of text.
#pragma once

#include "record/runrecord.h"
#include "runfile/runfileformat.h"

#include <QString>

namespace poolscope {

/// "imap(task) at post.py:9 · 4,999 inputs · 2,041 it/s", of a run of a file.
QString sessionLine(const RunFileInfo &info);
/// The line of a run that may still proceed. `now` is in nanoseconds since its start.
QString sessionLine(const RunRecord &record, std::uint64_t now);

} // namespace poolscope
