// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/tracereader.h"

#include "report/othertrace.h"
#include "report/owntrace.h"
#include "report/traceevents.h"

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
        return own ? own->take(event) : other.take(event);
    };
    if (const auto read = forEachTraceEvent(path, take); !read)
        return tl::unexpected(read.error());
    if (own)
        return std::move(*own).run();
    auto run = other.finish();
    if (!run)
        return failure(path + ": " + run.error().message);
    run->source = std::filesystem::path(path).filename().string() + ", a trace";
    return run;
}

} // namespace poolscope
