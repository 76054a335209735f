// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/runrecord.h"

namespace poolscope {

std::string RunRecord::workerName(WorkerId worker) const
{
    const bool hasName = worker > 0 && worker <= workerNames.size();
    return hasName && !workerNames[worker - 1].empty() ? workerNames[worker - 1]
                                                       : "worker " + std::to_string(worker);
}

} // namespace poolscope
