// SPDX-License-Identifier: GPL-3.0-or-later
// The process that writes a run file, and whether it is alive.
#pragma once

#include "record/runprogress.h"

#include <string>

namespace poolscope {

/// This process, as a run file identifies it.
RunFileWriter thisProcess();

/// Whether that process is alive, and not a zombie. True for a process of another host.
bool isAlive(const RunFileWriter &writer);
/// Whether the run is in progress in a process that is alive.
bool isBeingWritten(const RunProgress &progress);

/// "process 1234 on this host", for a message.
std::string writerText(const RunFileWriter &writer);

} // namespace poolscope
