// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/importedrun.h"

namespace poolscope {

namespace {

/// A point in time at which something is to be reported. At the same time a worker starts, then
/// ends spans, and is then idle or gone.
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
        stays[span.worker - 1].add(span);
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

void reportStart(WorkerId worker, const WorkerIdentity &identity, std::uint64_t time, EventSink &to)
{
    to.workerChanged(worker, WorkerState::Starting, time);
    to.workerChanged(worker, WorkerState::Ready, time);
    to.workerIntroduced(worker, identity);
}

void reportSpan(const ImportedRun &run, const ImportedSpan &span, EventSink &sink)
{
    const std::uint64_t end = span.end();
    if (span.ending == ImportedSpan::Ending::Retried)
        sink.attemptFailed(span.index, span.worker, end);
    sink.spanDone(span.worker, {span.begin, span.duration, span.index, 1});
    OutcomeView outcome; // a value of which nothing is known
    if (span.ending == ImportedSpan::Ending::Failed) {
        const Failure &failure = run.failures.at(span.index);
        outcome.kind = OutcomeKind::Failure;
        outcome.failure = {failure.kind, failure.type, failure.message, failure.detail};
        outcome.failure.context.worker = span.worker;
    }
    if (span.ending != ImportedSpan::Ending::Retried)
        sink.outcomeDone(span.index, outcome, span.worker, end);
}

void reportStep(const ImportedRun &run, const Step &step, EventSink &sink)
{
    const auto worker = static_cast<WorkerId>(step.position + 1);
    switch (step.kind) {
    case Step::Kind::WorkerStarts:
        return reportStart(worker, run.workers[step.position].identity, step.time, sink);
    case Step::Kind::SpanEnds:
        return reportSpan(run, run.spans[step.position], sink);
    case Step::Kind::WorkerIsIdle:
        return sink.workerIdle(worker, IdleReason::NothingLeft, step.time);
    case Step::Kind::WorkerIsGone:
        return sink.workerChanged(worker, WorkerState::Gone, step.time);
    }
}

} // namespace

void reportEvents(const ImportedRun &run, EventSink &sink)
{
    const std::vector<Step> steps = stepsOf(run);
    if (!steps.empty())
        sink.firstDispatch(steps.front().time);
    for (const Step &step : steps)
        reportStep(run, step, sink);
    const ImportNotes &notes = run.importNotes;
    for (const auto &lines : {run.notes, notes.linesOfLeftOut(), notes.linesOfShown()}) {
        for (const std::string &line : lines)
            sink.noted(0, line, 0);
    }
}

} // namespace poolscope
