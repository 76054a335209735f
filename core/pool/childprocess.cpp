// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/childprocess.h"

#include "system/processtable.h"
#include "system/signalname.h"

#include <csignal>
#include <unistd.h>

namespace poolscope {

ProcessEnd endedBySignal(std::int32_t signal)
{
    return {std::nullopt, signal, "killed by " + signalText(signal)};
}

ProcessEnd endedWithStatus(std::int32_t status)
{
    return {status, 0, "ended by itself with status " + std::to_string(status)};
}

void ChildProcess::setPids(pid_t pid, pid_t keeper)
{
    m_pid = pid;
    m_keeper = keeper;
    if (const auto process = processEntry(pid))
        m_session = process->session;
    m_group = getpgid(pid);
}

void ChildProcess::killKeptBy(pid_t keeper)
{
    killDescendants(keeper);
    ::kill(keeper, SIGCONT); // it may be stopped
}

void ChildProcess::killSessionOfProcess() const
{
    if (m_session != 0)
        killSession(m_session);
}

void ChildProcess::killGroupOfProcess() const
{
    if (m_group > 1)
        ::kill(-m_group, SIGKILL);
}

} // namespace poolscope
