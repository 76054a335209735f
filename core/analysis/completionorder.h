// SPDX-License-Identifier: GPL-3.0-or-later
// CompletionOrder: the order in which the inputs of a run finished.
//
// The lanes are merged by the time at which spans ended, and every iteration is ranked from 0. The
// iterations of a span are ranked in their order, all at the end of the span, since nothing finer
// was measured. Attempts that were tried again do not count. An input that failed without a span
// counts at the time at which it failed for good. So a finished run has a rank for every index.
//
// Lanes grow in batches, so a run under way should be ranked only up to some time ago. A span that
// arrives later is ranked when it arrives, and lateSpans() counts it. A new object ranks a finished
// run exactly. Memory is 4 bytes per worker for every 4096 spans.
//
// One thread. The timeline may grow meanwhile.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace poolscope {

class CompletionOrder {
public:
    /// The distance of the completion order from the order of inputs, of the inputs ranked so far.
    struct Disorder {
        double meanDistance = 0; ///< of an index from its rank
        std::uint64_t largestDistance = 0;
        /// The largest number of values that would have waited at once for a reader in input order.
        std::uint64_t mostHeldBack = 0;
        double meanHeldBack = 0; ///< nanoseconds for which a value would have waited
    };

    /// Consecutive indices that finished consecutively.
    struct RankedRange {
        IndexRange indices;
        std::uint64_t rank = 0; ///< of the first index
        std::uint64_t time = 0; ///< nanoseconds since the run's start
        WorkerId worker = noWorker;
    };

    /// `timeline` outlives this.
    explicit CompletionOrder(const Timeline &timeline)
        : m_timeline(timeline)
    {
    }

    /// Ranks the spans that ended before `until`, visiting about `mostSpans` at most. Returns false
    /// if there are more.
    bool advance(std::uint64_t until, std::size_t mostSpans);

    std::uint64_t ranked() const { return m_ranked; }
    std::uint64_t lateSpans() const { return m_lateSpans; }
    Disorder disorder() const;

    /// Visits the ranges with a rank in [from, to) in order. The first and the last range may
    /// extend beyond. Reads up to 4096 spans more than it visits.
    template <typename Visit> void forEach(std::uint64_t from, std::uint64_t to, Visit visit) const;
    /// Returns the end of the block of up to 4096 spans that contains the rank. forEach() reads
    /// whole blocks, so a caller that visits many ranks in small steps should stop at these ends.
    std::uint64_t endOfBlock(std::uint64_t rank) const;

    /// Returns the number of ranked iterations that had finished by `time`.
    std::uint64_t rankAt(std::uint64_t time) const;
    /// Returns the time at which the rank was reached, or nothing if it is not reached yet.
    std::optional<std::uint64_t> timeOf(std::uint64_t rank) const;

private:
    static constexpr std::size_t checkpointDistance = 4096; // spans

    struct Quarantined {
        std::uint64_t time;
        std::uint64_t index;
        WorkerId worker;
    };
    /// The state of the merge: the next span of each lane.
    struct MergeState {
        std::uint64_t rank = 0;
        std::uint64_t time = 0;
        std::size_t quarantined = 0;
        std::vector<std::uint32_t> lanes;
    };
    /// An iteration that does not count: its worker, the position of its span in the lane, and its
    /// index.
    using Skip = std::pair<std::pair<WorkerId, std::size_t>, std::uint64_t>;

    /// The merge of lanes from one state to another.
    class Merge;

    void readMarks();
    void rank(const RankedRange &range);
    void release(const IndexRange &indices);
    void hold(const IndexRange &indices);
    std::vector<IndexRange> split(WorkerId worker, std::size_t position, const Span &span) const;
    bool withdrawQuarantined(std::uint64_t index);
    bool takeRetried(std::uint64_t index);
    void noteRetried(WorkerId worker, std::size_t position, const Span &span);
    std::vector<RankedRange> rangesFrom(std::size_t checkpoint) const;
    std::size_t checkpointOf(std::uint64_t rank) const;
    const MergeState &endOf(std::size_t checkpoint) const;

    const Timeline &m_timeline;
    MergeState m_now;
    std::vector<MergeState> m_checkpoints;
    std::size_t m_sinceCheckpoint = 0;
    std::uint64_t m_ranked = 0;
    std::uint64_t m_lateSpans = 0;

    std::size_t m_marksRead = 0;
    std::vector<Quarantined> m_quarantined;
    std::map<std::uint64_t, std::uint32_t> m_retried; ///< attempts without a read span, by index
    std::set<Skip> m_skips;

    double m_distanceSum = 0;
    std::uint64_t m_largestDistance = 0;
    std::map<std::uint64_t, std::uint64_t> m_held; ///< finished ranges beyond m_next: begin, end
    std::uint64_t m_next = 0; ///< the index that a reader in input order waits for
    std::uint64_t m_mostHeld = 0;
    double m_heldTime = 0; ///< values x nanoseconds
    std::uint64_t m_heldSince = 0;
};

template <typename Visit>
void CompletionOrder::forEach(std::uint64_t from, std::uint64_t to, Visit visit) const
{
    if (from >= to || from >= m_ranked)
        return;
    for (std::size_t i = checkpointOf(from); i < m_checkpoints.size() && m_checkpoints[i].rank < to;
         ++i) {
        for (const RankedRange &range : rangesFrom(i)) {
            if (range.rank >= to)
                return;
            if (range.rank + range.indices.count > from)
                visit(range);
        }
    }
}

} // namespace poolscope
