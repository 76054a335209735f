// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfilewriter.h"

#include "system/machine.h"
#include "system/processtable.h"

#include <unistd.h>

namespace poolscope {

namespace {

/// Returns the start time of a process, in the kernel's ticks. 0 if there is no such process, or if
/// it is a zombie, which writes nothing.
std::uint64_t startTicksOf(pid_t pid)
{
    const auto entry = processEntry(pid);
    return entry ? entry->started : 0;
}

} // namespace

RunFileWriter thisProcess()
{
    return {static_cast<std::uint32_t>(getpid()), startTicksOf(getpid()), hostName()};
}

bool isAlive(const RunFileWriter &writer)
{
    if (writer.pid == 0)
        return false;
    if (writer.host != hostName())
        return true;
    const std::uint64_t startTicks = startTicksOf(static_cast<pid_t>(writer.pid));
    return startTicks > 0 && startTicks == writer.startTicks;
}

bool isBeingWritten(const RunProgress &progress)
{
    return progress.state == RunState::Running && isAlive(progress.writer);
}

std::string writerText(const RunFileWriter &writer)
{
    return "process " + std::to_string(writer.pid)
        + (writer.host == hostName() ? std::string() : " on " + writer.host);
}

} // namespace poolscope
