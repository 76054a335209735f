// SPDX-License-Identifier: GPL-3.0-or-later
// ImportNotes: counts, by kind, of what the record of an imported run leaves out of its file, or
// shows in another way.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

enum class ImportNote : std::uint8_t {
    Nested, ///< events within others
    WithoutDuration, ///< instants, counters, flows and the like
    UnreadableEvents, ///< events without a time, or with one that cannot be right
    UnreadableLines, ///< lines of a job log that are not lines of one
    EndsWithoutBegin,
    BeyondLanes, ///< events for which there are too many lanes
    MissingJobs, ///< numbers of jobs that have no line
    // The rest is in the record, but not as the file has it.
    Unfinished, ///< events that do not end
    OwnLane, ///< events that overlap others of their thread
    Moved, ///< events that begin before the one before ends, by the rounding of times
    CutOff, ///< 1 if the file ends early
};
inline constexpr std::size_t importNoteCount = 11;
inline constexpr auto firstNoteOfTheShown = ImportNote::Unfinished;

/// "nested", "without_duration", ...
std::string_view importNoteName(ImportNote note);

/// The lines as one text, with `separator` between them.
std::string joined(const std::vector<std::string> &lines, std::string_view separator);

class ImportNotes {
public:
    void add(ImportNote note, std::uint64_t count = 1)
    {
        m_counts[static_cast<std::size_t>(note)] += count;
    }
    std::uint64_t count(ImportNote note) const { return m_counts[static_cast<std::size_t>(note)]; }
    /// How many items of the file are left out.
    std::uint64_t leftOut() const;

    /// A clause for each kind of item that is left out, such as "2 ends belong to no event".
    std::vector<std::string> linesOfLeftOut() const;
    /// A clause for each kind of item that is shown in another way.
    std::vector<std::string> linesOfShown() const;

private:
    std::vector<std::string> lines(std::size_t from, std::size_t to) const;

    std::array<std::uint64_t, importNoteCount> m_counts{};
};

} // namespace poolscope
