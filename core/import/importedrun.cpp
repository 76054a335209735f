// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/importedrun.h"

namespace poolscope {

namespace {

/// A point in time at which to report something. Steps of the same time are in the order of Kind.
struct Step {
    enum class Kind : std::uint8_t { WorkerStarts, SpanEnds, WorkerIsIdle, WorkerIsGone };
    std::uint64_t time = 0;
    Kind kind = Kind::SpanEnds;
    std::size_t position = 0; ///< of the worker or the span in the imported run

    friend bool operator<(const Step &a, const Step &b)
    {
        return a.time != b.time ? a.time < b.time : a.kind < b.kind;
    }
};

/// The time from the begin of the first span of a worker to the end of the last.
struct Stay {
    std::uint64_t begin = UINT64_MAX;
    std::uint64_t end = 0;

    void add(const ImportedSpan &span)
    {
        begin = std::min(begin, span.begin);
        end = std::max(end, span.end());
    }
};

std::vector<Step> stepsOf(const ImportedRun &run)
{
    std::vector<Step> steps;
    steps.reserve(run.spans.size() + 3 * run.workers.size());
    Stay whole;
    std::vector<Stay> stays(run.workers.size());
    for (std::size_t i = 0; i < run.spans.size(); ++i) {
        const ImportedSpan &span = run.spans[i];
        whole.add(span);
        stays[laneOf(span.worker)].add(span);
        steps.push_back({span.end(), Step::Kind::SpanEnds, i});
    }
    for (std::size_t i = 0; i < stays.size(); ++i) {
        steps.push_back({stays[i].begin, Step::Kind::WorkerStarts, i});
        steps.push_back({stays[i].end, Step::Kind::WorkerIsIdle, i});
        steps.push_back({whole.end, Step::Kind::WorkerIsGone, i});
    }
    std::stable_sort(steps.begin(), steps.end());
    return steps;
}

class Reporter {
public:
    Reporter(const ImportedRun &run, EventCheck &events)
        : m_run(run)
        , m_events(events)
    {
    }

    Result<void> report();

private:
    /// Reports the event, unless an earlier one was refused.
    template <typename Any> void take(const Any &event)
    {
        if (m_taken)
            m_taken = m_events.take(event);
    }
    void reportStart(WorkerId worker, std::uint64_t time);
    void reportSpan(const ImportedSpan &span);
    void reportStep(const Step &step);

    const ImportedRun &m_run;
    EventCheck &m_events;
    Result<void> m_taken;
};

void Reporter::reportStart(WorkerId worker, std::uint64_t time)
{
    take(event::WorkerChanged{worker, WorkerState::Starting, time});
    take(event::WorkerChanged{worker, WorkerState::Ready, time});
    take(event::WorkerIntroduced{worker, m_run.workers[laneOf(worker)].identity});
}

void Reporter::reportSpan(const ImportedSpan &span)
{
    const std::uint64_t end = span.end();
    if (span.ending == ImportedSpan::Ending::Retried)
        take(event::AttemptFailed{span.index, span.worker, end});
    take(event::SpanDone{span.worker, {span.begin, span.duration, span.index, 1}});
    OutcomeView outcome; // a value of which nothing is known
    if (span.ending == ImportedSpan::Ending::Failed) {
        const Failure &failure = m_run.failures.at(span.index);
        outcome.kind = OutcomeKind::Failure;
        outcome.failure = {failure.kind, failure.type, failure.message, failure.detail};
        outcome.failure.context.worker = span.worker;
    }
    if (span.ending != ImportedSpan::Ending::Retried)
        take(event::OutcomeDone{span.index, outcome, span.worker, end});
}

void Reporter::reportStep(const Step &step)
{
    const WorkerId worker = workerOf(step.position);
    switch (step.kind) {
    case Step::Kind::WorkerStarts:
        return reportStart(worker, step.time);
    case Step::Kind::SpanEnds:
        return reportSpan(m_run.spans[step.position]);
    case Step::Kind::WorkerIsIdle:
        return take(event::WorkerIdle{worker, IdleReason::NothingLeft, step.time});
    case Step::Kind::WorkerIsGone:
        return take(event::WorkerChanged{worker, WorkerState::Gone, step.time});
    }
}

Result<void> Reporter::report()
{
    const std::vector<Step> steps = stepsOf(m_run);
    if (!steps.empty())
        take(event::FirstDispatched{steps.front().time});
    for (const Step &step : steps)
        reportStep(step);
    const ImportNotes &notes = m_run.importNotes;
    for (const auto &lines : {m_run.notes, notes.linesOfLeftOut(), notes.linesOfShown()}) {
        for (const std::string &line : lines)
            take(event::Logged{noWorker, line, 0});
    }
    return m_taken;
}

} // namespace

Result<void> reportEvents(const ImportedRun &run, EventCheck &events)
{
    return Reporter(run, events).report();
}

} // namespace poolscope
