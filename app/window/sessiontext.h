// SPDX-License-Identifier: GPL-3.0-or-later
// A run of a session in one line of text.
#pragma once

#include "record/runrecord.h"
#include "runfile/runfileformat.h"

#include <QString>

namespace poolscope {

/// "4,999 inputs · 2,041 it/s", of a run of a file.
QString sessionFigures(const RunFileInfo &info);
/// The figures of a run that may still proceed. `now` is in nanoseconds since its start.
QString sessionFigures(const RunRecord &record, std::uint64_t now);
/// "imap(task) at post.py:9 · 4,999 inputs · 2,041 it/s".
QString sessionLine(const Origin &origin, const QString &figures);
/// "imap(task) at post.py:9 · 12 calls · 60,000 inputs", of all calls from a line of code.
QString sessionLine(const WatchedCall &call, std::size_t calls, std::uint64_t inputs);

} // namespace poolscope
