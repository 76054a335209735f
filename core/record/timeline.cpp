// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/timeline.h"

namespace poolscope {

WorkerIdentity WorkerRecord::identity() const
{
    const std::lock_guard lock(m_identityMutex);
    return m_identity;
}

std::uint64_t Timeline::makespan() const
{
    const std::uint64_t begin = m_firstDispatch;
    const std::uint64_t end = m_lastOutcome;
    return end > begin ? end - begin : 0;
}

} // namespace poolscope
