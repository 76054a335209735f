// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/tracereader.h"

#include "import/othertrace.h"
#include "import/owntrace.h"
#include "import/traceevents.h"

#include <filesystem>
#include <optional>

namespace poolscope {

Result<ImportedRun> readTrace(const std::string &path)
{
    std::optional<OwnTrace> own;
    OtherTrace other;
    bool isFirst = true;
    const auto take = [&](const TraceEvent &event, const TraceMembers &facts) -> Result<void> {
        if (isFirst && OwnTrace::isOne(facts)) {
            if (auto taken = own.emplace().takeFacts(facts); !taken)
                return taken;
        }
        isFirst = false;
        if (own)
            own->take(event);
        else
            other.take(event);
        return {};
    };
    const auto end = forEachTraceEvent(path, take);
    if (!end)
        return tl::unexpected(end.error());
    auto run = own ? std::move(*own).run() : other.finish();
    if (!run)
        return failure(path + ": " + run.error().message);
    if (!own)
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
