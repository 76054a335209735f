// SPDX-License-Identifier: GPL-3.0-or-later
// Latency: the durations of the iterations of a run, of all and by worker, and the longest ones.
//
// A span of n iterations that took d counts as n iterations of d / n, since nothing finer was
// measured. measuredAlone() returns how many had a span of their own. An attempt that failed or was
// tried again counts as an iteration. A quarantined input, which has no span, does not count.
//
// One thread. The timeline may grow meanwhile.
#pragma once

#include "analysis/durationhistogram.h"
#include "analysis/spanfinder.h"
#include "record/timeline.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// Returns the mean duration of the iterations of a span, in nanoseconds.
inline double iterationDuration(const Span &span)
{
    return static_cast<double>(span.duration) / static_cast<double>(span.count);
}

class Latency {
public:
    /// A span whose iterations took long.
    struct Slow {
        SpanPosition place;
        IndexRange indices;
        double duration = 0; ///< of each iteration, nanoseconds
    };

    static constexpr std::size_t defaultMostSlow = 100;

    /// `timeline` outlives this. slowest() returns at most `mostSlow` spans.
    explicit Latency(const Timeline &timeline, std::size_t mostSlow = defaultMostSlow)
        : m_timeline(timeline)
        , m_mostSlow(mostSlow)
    {
    }

    /// Reads new spans, `mostSpans` at most. Returns false if there are more.
    bool advance(std::size_t mostSpans);

    /// Returns the histogram of the spans read so far.
    const DurationHistogram &all() const { return m_all; }
    std::size_t workerCount() const { return m_workers.size(); }
    const DurationHistogram &worker(std::size_t position) const
    {
        return m_workers[position].durations;
    }
    /// Returns how many of the all().count() iterations have a span of their own.
    std::uint64_t measuredAlone() const { return m_measuredAlone; }
    /// Returns the slowest spans, the longest iteration first, then by worker and position.
    std::vector<Slow> slowest() const;

private:
    struct Worker {
        std::size_t taken = 0; ///< spans
        DurationHistogram durations;
    };

    void add(SpanPosition place, const Span &span);

    const Timeline &m_timeline;
    std::size_t m_mostSlow;
    DurationHistogram m_all;
    std::vector<Worker> m_workers;
    std::uint64_t m_measuredAlone = 0;
    std::vector<Slow> m_slow; ///< a heap whose front is the shortest
};

/// Finds the spans whose iterations have a duration in a range, in steps.
class DurationSearch {
public:
    /// `timeline` outlives this.
    DurationSearch(const Timeline &timeline, DurationRange range)
        : m_timeline(timeline)
        , m_range(range)
    {
    }

    /// Reads at most `mostSpans` more spans, worker after worker. Calls visit(position, span) for
    /// those in the range. Returns false if there are more.
    template <typename Visit> bool advance(std::size_t mostSpans, Visit visit);

private:
    const Timeline &m_timeline;
    DurationRange m_range;
    std::size_t m_worker = 0;
    std::size_t m_position = 0; ///< in the lane of m_worker
};

template <typename Visit> bool DurationSearch::advance(std::size_t mostSpans, Visit visit)
{
    for (; m_worker < m_timeline.workerCount(); ++m_worker, m_position = 0) {
        const WorkerRecord &worker = m_timeline.worker(m_worker);
        const std::size_t size = worker.lane().size();
        const std::size_t end = size - m_position > mostSpans ? m_position + mostSpans : size;
        mostSpans -= end - m_position;
        worker.lane().forEach(m_position, end, [&](const Span &span) {
            if (m_range.contains(iterationDuration(span)))
                visit(SpanPosition{worker.id(), m_position}, span);
            ++m_position;
        });
        if (end < size)
            return false;
    }
    return true;
}

} // namespace poolscope
