// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/runhistory.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr std::size_t searchedBack = 4096; // spans that may be added between a failure and its mark

bool holds(const Span &span, std::uint64_t index)
{
    return index - span.first < span.count;
}

} // namespace

bool RunHistory::advance(std::size_t mostMarks)
{
    const AppendLog<Mark> &marks = m_timeline.marks();
    const std::size_t size = marks.size();
    const std::size_t end = size - m_taken > mostMarks ? m_taken + mostMarks : size;
    while (m_taken < end)
        take(marks[m_taken++]);
    return m_taken == size;
}

void RunHistory::take(const Mark &mark)
{
    switch (mark.kind) {
    case Mark::Kind::State:
        historyOf(mark.worker).states.push_back({mark.time, static_cast<WorkerState>(mark.value)});
        return;
    case Mark::Kind::Resized:
        m_sizes.push_back({mark.time, static_cast<std::uint32_t>(mark.value)});
        return;
    case Mark::Kind::Paused:
        m_paces.push_back({mark.time, Pace::Paused});
        return;
    case Mark::Kind::Resumed:
        m_paces.push_back({mark.time, Pace::Running});
        return;
    case Mark::Kind::Failed:
    case Mark::Kind::Quarantined:
    case Mark::Kind::GivenUp:
        takeFailure(mark);
        return;
    case Mark::Kind::Reopened:
        m_failedIndices.erase(mark.value);
        return;
    case Mark::Kind::Retried:
    case Mark::Kind::Continued:
    case Mark::Kind::Idle:
    case Mark::Kind::Lost:
        return;
    }
}

void RunHistory::takeFailure(const Mark &mark)
{
    const bool quarantined = mark.kind == Mark::Kind::Quarantined;
    const bool hasSpan = mark.kind == Mark::Kind::Failed;
    const FailureMark failure{hasSpan ? endOfSpan(mark) : mark.time, mark.value, quarantined};
    std::vector<FailureMark> &failures = historyOf(mark.worker).failures;
    const auto place = std::upper_bound(failures.begin(), failures.end(), failure,
        [](const FailureMark &a, const FailureMark &b) { return a.time < b.time; });
    failures.insert(place, failure);
    m_failedIndices.insert(mark.value);
}

std::uint64_t RunHistory::endOfSpan(const Mark &failed) const
{
    if (failed.worker == noWorker || numberOf(failed.worker) > m_timeline.workerCount())
        return failed.time;
    const Lane &lane = m_timeline.worker(failed.worker).lane();
    const std::size_t end = lane.countBefore(failed.time);
    for (std::size_t i = end; i > 0 && end - i < searchedBack; --i) {
        const Span span = lane.span(i - 1);
        if (holds(span, failed.value))
            return span.begin + span.duration;
    }
    return failed.time;
}

WorkerHistory &RunHistory::historyOf(WorkerId worker)
{
    const std::size_t position = worker == noWorker ? 0 : laneOf(worker);
    if (m_workers.size() <= position)
        m_workers.resize(position + 1);
    return m_workers[position];
}

} // namespace poolscope
