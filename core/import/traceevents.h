// SPDX-License-Identifier: GPL-3.0-or-later
// The events of a Chrome trace, one after another, of a file of any size.
//
// Takes both forms that the Trace Event Format has, an array of events and an object with
// traceEvents, also as a gzip file; their end may be missing. JsonFeed has what else is put right.
// What is nested deeper than an event's arguments is skipped.
#pragma once

#include "import/decimaltime.h"
#include "result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poolscope {

/// A number, a string, true, false or null, as text.
struct TraceScalar {
    enum class Kind { Number, Text, Other };
    Kind kind = Kind::Other;
    std::string text;

    /// A number of microseconds, in nanoseconds. Some programs write numbers as strings.
    std::optional<std::int64_t> time() const { return parseTime(text, TimeUnit::Microseconds); }
};

/// Members of an object, in their order. Later ones of a name count no less than earlier ones.
class TraceMembers {
public:
    static constexpr std::size_t most = 10'000;

    void clear() { m_size = 0; }
    bool isFull() const { return m_size == most; }
    /// Has no effect on a full one.
    void add(std::string_view name, const TraceScalar &value);
    const TraceScalar *find(std::string_view name) const;
    std::string text(std::string_view name) const; ///< empty where there is none

private:
    // Grows only, so that millions of events take no memory each.
    std::vector<std::pair<std::string, TraceScalar>> m_members;
    std::size_t m_size = 0;
};

struct TraceEvent {
    TraceMembers members; ///< ph, name, cat, ts, dur, pid, tid, ...; id2.local of id2
    TraceMembers arguments; ///< args

    char phase() const;
};

/// How the reading of a trace ended.
struct TraceEnd {
    std::string cutOff; ///< why and where the rest could not be read. Empty if all was
    std::uint64_t notEvents = 0; ///< what stands between events and is not one
    std::uint64_t cut = 0; ///< strings and objects that are larger than what is read of one
};

/// Calls `take` with each event. Fails if the file cannot be read, or no event can, in one line
/// that names the byte.
Result<TraceEnd> forEachTraceEvent(
    const std::string &path, const std::function<void(const TraceEvent &event)> &take);

} // namespace poolscope
