// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/traceslices.h"

#include "text/wholenumber.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace poolscope {

namespace {

/// Writers round begins and durations to microseconds, so that an event may appear to begin before
/// the end of the previous one.
constexpr std::int64_t traceRounding = 1'000; // nanoseconds
constexpr std::int64_t leastShareOfRounding = 20; // of either event

std::optional<std::int64_t> timeOf(const TraceMembers &members, const char *name)
{
    const TraceScalar *found = members.find(name);
    return found && found->kind != TraceScalar::Kind::Other ? found->time() : std::nullopt;
}

std::string joined(const std::string &process, const std::string &thread)
{
    if (process.empty() || process == thread)
        return thread;
    return thread.empty() ? process : process + " \u00b7 " + thread;
}

} // namespace

/// Adds unsigned numbers, so that a hostile time does not overflow.
std::int64_t TraceSlices::Slice::end() const
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(begin) + duration);
}

void TraceSlices::take(const TraceEvent &event)
{
    switch (event.phase()) {
    case 'X':
        return takeComplete(event);
    case 'B':
        return takeEdge(event, true);
    case 'E':
        return takeEdge(event, false);
    case 'b':
    case 'S':
        return takeAsyncEdge(event, true);
    case 'e':
    case 'F':
        return takeAsyncEdge(event, false);
    case 'M':
        return takeMetadata(event);
    default:
        return takeOther(event);
    }
}

std::size_t TraceSlices::trackOf(const TraceMembers &members)
{
    std::string key = members.text("pid");
    key += '\0';
    key += members.text("tid");
    const auto [found, isNew] = m_trackNumbers.try_emplace(std::move(key), m_tracks.size());
    if (isNew) {
        Track &track = m_tracks.emplace_back();
        track.pid = members.text("pid");
        track.tid = members.text("tid");
    }
    return found->second;
}

std::size_t TraceSlices::asyncTrackOf(const TraceMembers &members)
{
    const std::string category =
        members.text("cat").empty() ? members.text("name") : members.text("cat");
    std::string key = members.text("pid");
    key += '\0';
    key += '\0';
    key += category;
    const auto [found, isNew] = m_trackNumbers.try_emplace(std::move(key), m_tracks.size());
    if (isNew) {
        Track &track = m_tracks.emplace_back();
        track.pid = members.text("pid");
        track.name = category;
        track.isAsync = true;
    }
    return found->second;
}

std::uint32_t TraceSlices::stackOf(std::string key, std::size_t track)
{
    const auto number = static_cast<std::uint32_t>(m_trackOfStack.size());
    const auto [found, isNew] = m_stackNumbers.try_emplace(std::move(key), number);
    if (isNew)
        m_trackOfStack.push_back(track);
    return found->second;
}

std::uint32_t TraceSlices::nameOf(const TraceMembers &members)
{
    const auto number = static_cast<std::uint32_t>(m_names.size());
    const auto [found, isNew] = m_nameNumbers.try_emplace(members.text("name"), number);
    if (isNew)
        m_names.push_back(&found->first);
    return found->second;
}

void TraceSlices::takeComplete(const TraceEvent &event)
{
    const auto begin = timeOf(event.members, "ts");
    const auto duration = event.members.find("dur") ? timeOf(event.members, "dur") : 0;
    std::int64_t end = 0;
    if (!begin || !duration || *duration < 0 || __builtin_add_overflow(*begin, *duration, &end)) {
        m_notes.add(ImportNote::UnreadableEvents);
        return;
    }
    m_slices.push_back({trackOf(event.members), *begin, static_cast<std::uint64_t>(*duration),
        nameOf(event.members)});
}

void TraceSlices::takeEdge(const TraceEvent &event, bool isBegin)
{
    const auto time = timeOf(event.members, "ts");
    if (!time) {
        m_notes.add(ImportNote::UnreadableEvents);
        return;
    }
    const std::size_t track = trackOf(event.members);
    const std::uint32_t stack = stackOf(std::to_string(track), track);
    m_edges.push_back({stack, isBegin ? nameOf(event.members) : 0, *time, isBegin});
}

/// Asynchronous events of one category and id nest. An id may be valid in one process only.
void TraceSlices::takeAsyncEdge(const TraceEvent &event, bool isBegin)
{
    const TraceMembers &members = event.members;
    const auto time = timeOf(members, "ts");
    if (!time) {
        m_notes.add(ImportNote::UnreadableEvents);
        return;
    }
    const bool isOldKind = event.phase() == 'S' || event.phase() == 'F';
    const std::string local = members.text("id2.local");
    const std::string id =
        members.find("id") ? members.text("id") : members.text("id2.global") + local;
    std::string key = isOldKind ? "old" : "async";
    for (const std::string &part :
        {members.text("cat"), id, local.empty() ? std::string() : members.text("pid"),
            isOldKind ? members.text("name") : std::string()}) {
        key += '\0';
        key += part;
    }
    // The end of an event may come from another process, and does not need its name.
    const auto known = m_stackNumbers.find(key);
    const std::uint32_t stack = known != m_stackNumbers.end()
        ? known->second
        : stackOf(std::move(key), asyncTrackOf(members));
    m_edges.push_back({stack, isBegin ? nameOf(members) : 0, *time, isBegin});
}

void TraceSlices::takeMetadata(const TraceEvent &event)
{
    const std::string what = event.members.text("name");
    const auto sortIndex = [&] {
        return wholeNumber<std::int64_t>(event.arguments.text("sort_index")).value_or(0);
    };
    if (what == "process_name")
        m_processes[event.members.text("pid")].name = event.arguments.text("name");
    else if (what == "process_sort_index")
        m_processes[event.members.text("pid")].sortIndex = sortIndex();
    else if (what == "thread_name")
        m_tracks[trackOf(event.members)].name = event.arguments.text("name");
    else if (what == "thread_sort_index")
        m_tracks[trackOf(event.members)].sortIndex = sortIndex();
}

void TraceSlices::takeOther(const TraceEvent &event)
{
    if (event.phase() == '\0') {
        m_notes.add(ImportNote::UnreadableEvents);
        return;
    }
    m_notes.add(ImportNote::WithoutDuration);
    if (const auto time = timeOf(event.members, "ts"))
        m_otherTimes.push_back(*time);
}

FarTimes TraceSlices::farTimes() const
{
    std::vector<std::int64_t> times;
    times.reserve(m_slices.size() + m_edges.size());
    for (const Slice &slice : m_slices)
        times.push_back(slice.begin);
    for (const Edge &edge : m_edges)
        times.push_back(edge.time);
    return FarTimes(std::move(times));
}

std::int64_t TraceSlices::latestTime(const FarTimes &far) const
{
    std::int64_t latest = INT64_MIN;
    const auto reach = [&](std::int64_t time) {
        if (!far.contains(time))
            latest = std::max(latest, time);
    };
    for (const Slice &slice : m_slices)
        reach(slice.end());
    for (const Edge &edge : m_edges)
        reach(edge.time);
    for (const std::int64_t time : m_otherTimes)
        reach(time);
    return latest;
}

void TraceSlices::pairEdges(const FarTimes &far)
{
    std::stable_sort(m_edges.begin(), m_edges.end(),
        [](const Edge &a, const Edge &b) { return a.stack < b.stack; });
    for (auto from = m_edges.begin(); from != m_edges.end();) {
        const auto to = std::find_if(
            from, m_edges.end(), [&](const Edge &edge) { return edge.stack != from->stack; });
        addPairs(Edges(from, to), far);
        from = to;
    }
    m_edges = {};
}

TraceSlices::Pairs TraceSlices::paired(const Edges &edges) const
{
    const bool isAsync = m_tracks[m_trackOfStack[edges.front().stack]].isAsync;
    Pairs pairs;
    for (const Edge &edge : edges) {
        if (edge.isBegin) {
            pairs.open.push_back(edge);
            continue;
        }
        if (pairs.open.empty()) { // the event began before the trace
            ++pairs.unbegun;
            continue;
        }
        const Edge begin = pairs.open.back();
        pairs.open.pop_back();
        if (edge.time < begin.time) {
            ++pairs.negative;
            continue;
        }
        if (isAsync && !pairs.open.empty()) {
            ++pairs.nested;
            continue;
        }
        const auto duration =
            static_cast<std::uint64_t>(edge.time) - static_cast<std::uint64_t>(begin.time);
        pairs.slices.push_back({m_trackOfStack[edge.stack], begin.time, duration, begin.name});
    }
    if (isAsync && pairs.open.size() > 1) {
        pairs.nested += pairs.open.size() - 1;
        pairs.open.resize(1);
    }
    return pairs;
}

/// Joins edges to events, in the order of the file or, if fewer edges are left over then, sorted by
/// time. Events that have not ended last until the end of the trace. `edges` has far times, too, so
/// that each end is joined to its own begin.
void TraceSlices::addPairs(Edges edges, const FarTimes &far)
{
    const auto isEarlier = [](const Edge &a, const Edge &b) {
        return a.time < b.time;
    };
    Pairs pairs = paired(edges);
    if (pairs.problems() > 0 && !std::is_sorted(edges.begin(), edges.end(), isEarlier)) {
        std::stable_sort(edges.begin(), edges.end(), isEarlier);
        if (Pairs sorted = paired(edges); sorted.problems() < pairs.problems())
            pairs = std::move(sorted);
    }
    const std::uint64_t farBegins =
        std::erase_if(pairs.open, [&](const Edge &open) { return far.contains(open.time); });
    m_notes.add(ImportNote::UnreadableEvents, farBegins);
    m_notes.add(ImportNote::Nested, pairs.nested);
    m_notes.add(ImportNote::Unfinished, pairs.open.size());
    m_notes.add(ImportNote::EndsWithoutBegin, pairs.unbegun);
    m_notes.add(ImportNote::UnreadableEvents, pairs.negative);
    m_slices.insert(m_slices.end(), pairs.slices.begin(), pairs.slices.end());
    for (const Edge &open : pairs.open) {
        const auto duration =
            static_cast<std::uint64_t>(m_latest) - static_cast<std::uint64_t>(open.time);
        m_slices.push_back({m_trackOfStack[open.stack], open.time, duration, open.name});
    }
}

/// Places each slice in a lane of its track, except slices that are within others.
void TraceSlices::placeSlices()
{
    std::sort(m_slices.begin(), m_slices.end(), [](const Slice &a, const Slice &b) {
        if (a.track != b.track)
            return a.track < b.track;
        return a.begin != b.begin ? a.begin < b.begin : a.duration > b.duration;
    });
    TrackLanes lanes;
    std::size_t track = SIZE_MAX;
    for (const Slice &slice : m_slices) {
        if (slice.track != track)
            lanes = {};
        track = slice.track;
        placeSlice(slice, lanes);
    }
    m_slices = {};
}

/// Places a slice. `lanes` are the lanes of its track.
void TraceSlices::placeSlice(Slice slice, TrackLanes &lanes)
{
    const bool isAsync = m_tracks[slice.track].isAsync;
    while (!lanes.busy.empty() && lanes.busy.begin()->first <= slice.begin)
        lanes.free.insert(lanes.busy.extract(lanes.busy.begin()).value().second);
    const bool isNested =
        !isAsync && !lanes.busy.empty() && slice.end() <= lanes.busy.rbegin()->first;
    if (isNested) {
        m_notes.add(ImportNote::Nested);
        return;
    }
    const auto lane = takeLane(slice, lanes);
    if (!lane) {
        m_notes.add(ImportNote::BeyondLanes);
        return;
    }
    if (!isAsync && m_lanes[*lane].number > 0)
        m_notes.add(ImportNote::OwnLane);
    m_lanes[*lane].begin = slice.begin;
    lanes.busy.insert({slice.end(), *lane});
    m_placed.push_back({slice, *lane});
}

/// Returns the first free lane. If there is none, moves the slice to the end of a slice that it
/// overlaps only by the rounding of times, or else adds a lane. Nothing if there would be too many.
std::optional<std::size_t> TraceSlices::takeLane(Slice &slice, TrackLanes &lanes)
{
    if (lanes.free.empty() && !lanes.busy.empty()) {
        const auto [end, lane] = *lanes.busy.begin();
        const std::int64_t shorter =
            std::min(static_cast<std::int64_t>(slice.duration), end - m_lanes[lane].begin);
        if (end - slice.begin <= std::min(traceRounding, shorter / leastShareOfRounding)) {
            slice.begin = end;
            m_notes.add(ImportNote::Moved);
            lanes.busy.erase(lanes.busy.begin());
            return lane;
        }
    }
    if (!lanes.free.empty())
        return lanes.free.extract(lanes.free.begin()).value();
    if (m_lanes.size() == mostImportedWorkers)
        return std::nullopt;
    m_lanes.push_back({slice.track, lanes.count(), INT64_MIN});
    return m_lanes.size() - 1;
}

std::string TraceSlices::nameOf(const Lane &lane) const
{
    const Track &track = m_tracks[lane.track];
    const auto process = m_processes.find(track.pid);
    std::string processName = process == m_processes.end() ? "" : process->second.name;
    std::string threadName = track.name;
    if (threadName.empty() && !track.tid.empty())
        threadName = "thread " + track.tid;
    const bool isOneOfSeveral = std::any_of(m_lanes.begin(), m_lanes.end(),
        [&](const Lane &other) { return m_tracks[other.track].pid != track.pid; });
    const bool isNumber = track.pid.find_first_not_of("0123456789") == std::string::npos;
    if (processName.empty() && !isNumber)
        processName = track.pid;
    else if (processName.empty() && !track.pid.empty() && (isOneOfSeveral || threadName.empty()))
        processName = "process " + track.pid;
    const std::string name =
        isOneOfSeveral || track.name.empty() ? joined(processName, threadName) : threadName;
    return lane.number == 0 || name.empty() ? name
                                            : name + " (" + std::to_string(lane.number + 1) + ")";
}

/// Sorts lanes by the sort indices of processes and threads, then by their order in the trace.
std::vector<std::size_t> TraceSlices::lanesInOrder() const
{
    std::map<std::string, std::int64_t> places; // of processes, in the order of the trace
    for (const Track &track : m_tracks)
        places.try_emplace(track.pid, static_cast<std::int64_t>(places.size()));
    const auto keyOf = [&](std::size_t lane) {
        const Track &track = m_tracks[m_lanes[lane].track];
        const auto process = m_processes.find(track.pid);
        return std::tuple(process == m_processes.end() ? 0 : process->second.sortIndex,
            places.at(track.pid), track.isAsync, track.sortIndex, m_lanes[lane].track,
            m_lanes[lane].number);
    };
    std::vector<std::size_t> order(m_lanes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
        [&](std::size_t a, std::size_t b) { return keyOf(a) < keyOf(b); });
    return order;
}

ImportedRun TraceSlices::toRun()
{
    ImportedRun run;
    std::vector<WorkerId> workers(m_lanes.size());
    for (const std::size_t lane : lanesInOrder()) {
        ImportedWorker worker;
        worker.identity.pid =
            wholeNumber<std::uint32_t>(m_tracks[m_lanes[lane].track].pid).value_or(0);
        worker.name = nameOf(m_lanes[lane]);
        workers[lane] = workerOf(run.workers.size());
        run.workers.push_back(std::move(worker));
    }
    std::sort(m_placed.begin(), m_placed.end(), [&](const Placed &a, const Placed &b) {
        return a.slice.begin != b.slice.begin ? a.slice.begin < b.slice.begin
                                              : workers[a.lane] < workers[b.lane];
    });
    const auto first = static_cast<std::uint64_t>(m_placed.front().slice.begin);
    run.spans.reserve(m_placed.size());
    run.inputs.reserve(m_placed.size());
    for (const Placed &placed : m_placed) {
        constexpr std::uint64_t start = 1; // 0 means "not yet"
        const std::uint64_t begin = static_cast<std::uint64_t>(placed.slice.begin) - first + start;
        run.spans.push_back({workers[placed.lane], begin, placed.slice.duration, run.spans.size()});
        run.inputs.push_back(*m_names[placed.slice.name]);
    }
    return run;
}

Result<ImportedRun> TraceSlices::finish()
{
    const FarTimes farTimes = this->farTimes();
    m_latest = latestTime(farTimes);
    m_otherTimes = {};
    pairEdges(farTimes);
    const std::uint64_t far = std::erase_if(m_slices, [&](const Slice &slice) {
        return farTimes.contains(slice.begin) || farTimes.contains(slice.end());
    });
    if (m_slices.empty() && far > 0)
        return failure(farTimesText);
    m_notes.add(ImportNote::UnreadableEvents, far);
    if (m_slices.empty() && m_notes.count(ImportNote::UnreadableEvents) > 0)
        return failure("none of its events has a time and a duration that can be right, so there "
                       "is nothing to show");
    if (m_slices.empty())
        return failure("it has no events of a duration (\"ph\": \"X\", \"B\" and \"E\", or \"b\" "
                       "and \"e\"), so there is nothing to show");
    placeSlices();
    ImportedRun run = toRun();
    run.importNotes = m_notes;
    return run;
}

} // namespace poolscope
