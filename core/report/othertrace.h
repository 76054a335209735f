// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody else's traces tell of a run, event by event: see tracereader.h.
#pragma once

#include "report/importedrun.h"
#include "report/traceevents.h"
#include "result.h"

#include <unordered_map>

namespace poolscope {

class OtherTrace {
public:
    Result<void> take(const TraceEvent &event);
    /// After the last event. Fails where there is nothing to show.
    Result<ImportedRun> finish();

private:
    /// An event of a duration.
    struct Slice {
        std::size_t thread = 0;
        std::int64_t begin = 0;
        std::uint64_t duration = 0;
        std::uint32_t name = 0; ///< in m_names
    };
    struct Thread {
        std::string pid;
        std::string tid;
        std::string name;
        std::uint64_t depth = 0; ///< of events that were begun and not ended
        std::int64_t begun = 0; ///< the outermost of them
        std::uint32_t begunName = 0;
    };

    Result<std::size_t> threadOf(const TraceMembers &members);
    std::uint32_t nameOf(const TraceMembers &members);
    Result<void> takeComplete(const TraceEvent &event);
    Result<void> takeBegin(const TraceEvent &event);
    Result<void> takeEnd(const TraceEvent &event);
    Result<void> takeMetadata(const TraceEvent &event);
    void add(const Slice &slice);
    void endOpenSlices();
    void keepOutermost();
    ImportedRun toRun();

    std::vector<Thread> m_threads;
    std::unordered_map<std::string, std::size_t> m_threadNumbers;
    std::unordered_map<std::string, std::uint32_t> m_nameNumbers;
    std::vector<const std::string *> m_names;
    std::vector<Slice> m_slices;
    std::int64_t m_latest = INT64_MIN;
    std::uint64_t m_nested = 0;
    std::uint64_t m_cut = 0;
    std::uint64_t m_unfinished = 0;
    std::uint64_t m_unbegun = 0;
    std::uint64_t m_otherEvents = 0; ///< that have a time, but no duration
};

} // namespace poolscope
