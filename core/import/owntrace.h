// SPDX-License-Identifier: GPL-3.0-or-later
// What Poolscope's own traces tell, event by event. See tracewords.h.
#pragma once

#include "import/importedrun.h"
#include "import/traceevents.h"
#include "result.h"

namespace poolscope {

class OwnTrace {
public:
    static bool isOne(const TraceMembers &facts);

    Result<void> takeFacts(const TraceMembers &facts);
    /// An event that cannot be read is counted.
    void take(const TraceEvent &event);
    Result<ImportedRun> run() && { return std::move(m_run); }

private:
    Result<void> tryToTake(const TraceEvent &event);
    Result<WorkerId> workerOf(const TraceMembers &members, const char *name);
    Result<void> takeWorker(const TraceEvent &event);
    Result<void> takeSpan(const TraceEvent &event);
    Result<void> takeChunk(const TraceEvent &event);
    Result<void> takeMark(const TraceEvent &event);

    ImportedRun m_run;
};

} // namespace poolscope
