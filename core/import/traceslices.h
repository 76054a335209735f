// SPDX-License-Identifier: GPL-3.0-or-later
// TraceSlices: collects the events of a trace and places those of a duration in lanes. See
// tracereader.h.
//
// Events may be added in any order. Events that are wrong or cannot be shown are counted.
#pragma once

#include "import/importedrun.h"
#include "import/traceevents.h"
#include "result.h"

#include <set>
#include <unordered_map>

namespace poolscope {

class TraceSlices {
public:
    void take(const TraceEvent &event);
    /// Returns the run. To be called once, after the last event. Fails if there is nothing to show.
    Result<ImportedRun> finish();

private:
    /// A source of events: a thread, or the asynchronous events of a process that have a category
    /// in common.
    struct Track {
        std::string pid;
        std::string tid; ///< empty if the file has none
        std::string name;
        std::int64_t sortIndex = 0;
        bool isAsync = false;
    };
    struct Process {
        std::string name;
        std::int64_t sortIndex = 0;
    };
    /// An event of a duration.
    struct Slice {
        std::size_t track = 0;
        std::int64_t begin = 0;
        std::uint64_t duration = 0;
        std::uint32_t name = 0; ///< in m_names
        std::int64_t end() const; ///< wraps around if the file is hostile
    };
    /// The begin or the end of an event.
    struct Edge {
        std::uint32_t stack = 0; ///< on which events nest
        std::uint32_t name = 0;
        std::int64_t time = 0;
        bool isBegin = false;
    };
    using Edges = std::vector<Edge>;
    /// The edges of a stack, joined to events.
    struct Pairs {
        std::vector<Slice> slices;
        std::vector<Edge> open; ///< begins without an end
        std::uint64_t nested = 0; ///< asynchronous events within others
        std::uint64_t unbegun = 0;
        std::uint64_t negative = 0;
        std::uint64_t problems() const { return open.size() + unbegun + negative; }
    };
    /// A lane in which slices are drawn.
    struct Lane {
        std::size_t track = 0;
        std::size_t number = 0; ///< of its track, from 0
        std::int64_t begin = 0; ///< of its last slice
    };
    struct Placed {
        Slice slice;
        std::size_t lane = 0;
    };
    /// The lanes of a track, while its slices are placed in the order of their begins.
    struct TrackLanes {
        std::set<std::pair<std::int64_t, std::size_t>> busy; ///< by the end of their last slice
        std::set<std::size_t> free;
        std::size_t count() const { return busy.size() + free.size(); }
    };

    std::size_t trackOf(const TraceMembers &members);
    std::size_t asyncTrackOf(const TraceMembers &members);
    std::uint32_t stackOf(std::string key, std::size_t track);
    std::uint32_t nameOf(const TraceMembers &members);
    void takeComplete(const TraceEvent &event);
    void takeEdge(const TraceEvent &event, bool isBegin);
    void takeAsyncEdge(const TraceEvent &event, bool isBegin);
    void takeMetadata(const TraceEvent &event);
    void takeOther(const TraceEvent &event);

    FarTimes farTimes() const;
    std::int64_t latestTime(const FarTimes &far) const;
    void pairEdges(const FarTimes &far);
    Pairs paired(const Edges &edges) const;
    void addPairs(Edges edges, const FarTimes &far);
    void placeSlices();
    void placeSlice(Slice slice, TrackLanes &lanes);
    std::optional<std::size_t> takeLane(Slice &slice, TrackLanes &lanes);
    std::string nameOf(const Lane &lane) const;
    std::vector<std::size_t> lanesInOrder() const;
    ImportedRun toRun();

    std::vector<Track> m_tracks;
    std::unordered_map<std::string, std::size_t> m_trackNumbers;
    std::map<std::string, Process> m_processes; ///< by pid
    std::unordered_map<std::string, std::uint32_t> m_stackNumbers;
    std::vector<std::size_t> m_trackOfStack;
    std::unordered_map<std::string, std::uint32_t> m_nameNumbers;
    std::vector<const std::string *> m_names;
    Edges m_edges;
    std::vector<Slice> m_slices;
    std::vector<std::int64_t> m_otherTimes; ///< of events without a duration
    std::vector<Lane> m_lanes;
    std::vector<Placed> m_placed;
    std::int64_t m_latest = 0; ///< the latest time of the trace that can be right
    ImportNotes m_notes;
};

} // namespace poolscope
