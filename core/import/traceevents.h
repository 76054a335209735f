// SPDX-License-Identifier: GPL-3.0-or-later
// forEachTraceEvent(): reads the events of a Chrome trace one after another, at any size.
//
// Both forms of the Trace Event Format are read: an array of events, and an object with
// traceEvents. The file may be compressed by gzip, and its end may be missing. JsonFeed corrects
// other mistakes. Values that are nested deeper than an event's arguments are skipped.
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

    /// Returns a number of microseconds in nanoseconds. Some programs write numbers as strings.
    std::optional<std::int64_t> time() const { return parseTime(text, TimeUnit::Microseconds); }
};

/// Members of an object, in their order. find() returns the first of a name.
class TraceMembers {
public:
    static constexpr std::size_t most = 10'000;

    void clear() { m_size = 0; }
    bool isFull() const { return m_size == most; }
    /// Has no effect if there are `most` members.
    void add(std::string_view name, const TraceScalar &value);
    const TraceScalar *find(std::string_view name) const;
    std::string text(std::string_view name) const; ///< empty if there is none

private:
    // Never shrinks, so that events use the memory of earlier ones.
    std::vector<std::pair<std::string, TraceScalar>> m_members;
    std::size_t m_size = 0;
};

struct TraceEvent {
    TraceMembers members; ///< ph, name, cat, ts, dur, pid, tid, id2.local, ...
    TraceMembers arguments; ///< args

    char phase() const;
};

/// How the reading of a trace ended.
struct TraceEnd {
    std::string cutOff; ///< why and where the rest could not be read. Empty if all was read
    std::uint64_t notEvents = 0; ///< values between events that are not events
    std::uint64_t cut = 0; ///< strings and objects that were cut, since they were too large
};

/// Calls `take` with each event, which is valid until `take` returns. Fails if the file, or all of
/// its events, cannot be read.
Result<TraceEnd> forEachTraceEvent(
    const std::string &path, const std::function<void(const TraceEvent &event)> &take);

} // namespace poolscope
