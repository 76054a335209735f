// SPDX-License-Identifier: GPL-3.0-or-later
// ImportedRun: a run from a file of another program, as plain data.
//
// Readers of files make it consistent: each span has a worker and an index that exist, each worker
// has a span, and an index has at most one span that is not retried. An index without a span is an
// input that the file names but has no times for.
#pragma once

#include "events/eventcheck.h"
#include "events/importnotes.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace poolscope {

inline constexpr std::size_t mostImportedWorkers = 16'384;
inline constexpr const char *farTimesText =
    "it lasts for more than 18 years, so its times cannot be right";

/// Finds times that are more than 18 years from the median of some times, so that they cannot be
/// right. All are in nanoseconds.
class FarTimes {
public:
    explicit FarTimes(std::vector<std::int64_t> times)
    {
        if (times.empty())
            return;
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        m_middle = *middle;
    }

    bool contains(std::int64_t time) const
    {
        constexpr std::int64_t far = 1LL << 59;
        std::int64_t distance = 0;
        return __builtin_sub_overflow(time, m_middle, &distance) || distance > far
            || distance < -far;
    }

private:
    std::int64_t m_middle = 0;
};

/// One attempt at one input.
struct ImportedSpan {
    enum class Ending : std::uint8_t { Value, Failed, Retried };

    WorkerId worker = noWorker;
    std::uint64_t begin = 0; ///< nanoseconds since the run's start, at least 1
    std::uint64_t duration = 0;
    std::uint64_t index = 0;
    Ending ending = Ending::Value;

    std::uint64_t end() const { return begin + duration; }
};

struct ImportedWorker {
    WorkerIdentity identity;
    std::string name; ///< may be empty
};

struct ImportedRun {
    std::string source; ///< as ImportedFile::name
    std::int64_t startedAt = 0; ///< seconds since 1970. 0 if unknown
    std::vector<std::string> inputs; ///< their texts
    std::vector<ImportedWorker> workers;
    std::vector<ImportedSpan> spans; ///< in any order
    std::map<std::uint64_t, Failure> failures; ///< by index, of each span that failed
    ImportNotes importNotes;
    std::vector<std::string> notes; ///< for the log, before importNotes
};

/// Reports the run as a pool would have reported it. A worker exists from the begin of its first
/// span to the end of the run. Fails at the first event that no run can have.
Result<void> reportEvents(const ImportedRun &run, EventCheck &events);

} // namespace poolscope
