// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/importnotes.h"

#include <numeric>

namespace poolscope {

namespace {

struct NoteWords {
    std::string_view name;
    std::string_view one;
    std::string_view several; ///< empty if the count says nothing
};

constexpr std::array<NoteWords, importNoteCount> noteWords{{
    {"nested", "event lies within another and is part of it",
        "events lie within others and are part of them"},
    {"without_duration", "event has no duration (an instant, a counter or the like)",
        "events have no duration (instants, counters and the like)"},
    {"unreadable_events", "event has no time or duration that can be right",
        "events have no time or duration that can be right"},
    {"unreadable_lines", "line is not a line of a job log", "lines are not lines of a job log"},
    {"ends_without_begin", "end belongs to no event", "ends belong to no event"},
    {"beyond_lanes", "event needs more lanes than can be shown",
        "events need more lanes than can be shown"},
    {"missing_jobs", "job has no line: it had not ended when the log was written",
        "jobs have no line: they had not ended when the log was written"},
    {"unfinished", "event does not end and is shown to the end of the trace",
        "events do not end and are shown to the end of the trace"},
    {"own_lane", "event overlaps another of its thread and has a lane of its own",
        "events overlap others of their threads and have lanes of their own"},
    {"moved",
        "span begins before the one before ends, by the rounding of times, and is shown later",
        "spans begin before the ones before end, by the rounding of times, and are shown later"},
    {"cut_off", "part of the file is missing or cannot be read", ""},
}};
constexpr auto firstShown = static_cast<std::size_t>(firstNoteOfTheShown);

} // namespace

std::string_view importNoteName(ImportNote note)
{
    return noteWords[static_cast<std::size_t>(note)].name;
}

std::string joined(const std::vector<std::string> &lines, std::string_view separator)
{
    std::string text;
    for (const std::string &line : lines) {
        if (!text.empty())
            text += separator;
        text += line;
    }
    return text;
}

std::uint64_t ImportNotes::leftOut() const
{
    return std::accumulate(m_counts.begin(), m_counts.begin() + firstShown, std::uint64_t{0});
}

std::vector<std::string> ImportNotes::linesOfLeftOut() const
{
    return lines(0, firstShown);
}

std::vector<std::string> ImportNotes::linesOfShown() const
{
    return lines(firstShown, importNoteCount);
}

std::vector<std::string> ImportNotes::lines(std::size_t from, std::size_t to) const
{
    std::vector<std::string> lines;
    for (std::size_t i = from; i < to; ++i) {
        const NoteWords &words = noteWords[i];
        if (m_counts[i] == 0)
            continue;
        const std::string count = words.several.empty() ? "" : std::to_string(m_counts[i]) + " ";
        const bool isOne = m_counts[i] == 1 || words.several.empty();
        lines.push_back(count + std::string(isOne ? words.one : words.several));
    }
    return lines;
}

} // namespace poolscope
