// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/change.h"

namespace poolscope {

RunSpec changed(const RunSpec &spec, const std::vector<Change> &changes)
{
    RunSpec result = spec;
    for (const Change &change : changes) {
        if (change.setting == Change::Setting::Chunk)
            result.pool.chunk = change.number;
        else if (change.setting == Change::Setting::Window)
            result.pool.window = change.number;
        else if (change.setting == Change::Setting::Start)
            result.pool.start = WorkerStart::Fork;
        else if (change.setting == Change::Setting::Workers && change.number)
            result.pool.workers = static_cast<std::uint32_t>(*change.number);
        else if (change.setting == Change::Setting::Workers)
            result.pool.workers.reset();
    }
    return result;
}

} // namespace poolscope
