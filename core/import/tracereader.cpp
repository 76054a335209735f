// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/tracereader.h"

#include "import/traceevents.h"
#include "import/traceslices.h"

#include <filesystem>

namespace poolscope {

Result<ImportedRun> readTrace(const std::string &path)
{
    TraceSlices slices;
    const auto end = forEachTraceEvent(path, [&](const TraceEvent &event) { slices.take(event); });
    if (!end)
        return tl::unexpected(end.error());
    auto run = slices.finish();
    if (!run)
        return failure(path + ": " + run.error().message);
    run->source = std::filesystem::path(path).filename().string() + ", a trace";
    run->importNotes.add(ImportNote::UnreadableEvents, end->notEvents);
    if (end->cut > 0) {
        run->importNotes.add(ImportNote::CutOff, end->cut);
        run->notes.push_back(
            std::to_string(end->cut) + " of its strings and objects are too large and were cut");
    }
    if (!end->cutOff.empty()) {
        run->importNotes.add(ImportNote::CutOff);
        run->notes.push_back(end->cutOff);
    }
    return run;
}

} // namespace poolscope
