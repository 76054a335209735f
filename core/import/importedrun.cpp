// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/importedrun.h"

#include "record/recordedinputs.h"
#include "record/recorder.h"
#include "record/runprogress.h"

#include <algorithm>
#include <array>
#include <utility>

namespace poolscope {

namespace {

constexpr std::uint64_t latestTime = 1ULL << 60; // nanoseconds, as in a run file

bool namesIndex(Mark::Kind kind)
{
    return kind >= Mark::Kind::Failed && kind <= Mark::Kind::Reopened;
}

bool isWorkerState(Mark::Kind kind)
{
    return kind <= Mark::Kind::Gone;
}

std::uint64_t endOf(const Span &span)
{
    return span.begin + span.duration;
}

/// What is told to the recorder, in the order in which a pool would have told it.
struct Step {
    enum class Kind : std::uint8_t { Came, Span, Chunk, Mark };
    std::uint64_t time = 0;
    Kind kind = Kind::Mark;
    std::size_t position = 0; ///< in the imported run
};

class Importer {
public:
    explicit Importer(ImportedRun &run)
        : m_run(run)
    {
    }

    Result<LoadedRun> import();

private:
    Result<void> check() const;
    Result<void> checkTimes() const;
    Result<void> makeOutcomes();
    void addMarks();
    std::vector<Step> steps() const;
    void tell(Recorder &recorder, const Step &step);
    void tellSpan(Recorder &recorder, const ImportedSpan &told);
    void tellChunk(Recorder &recorder, const ImportedChunk &chunk);
    void tellMark(Recorder &recorder, const Mark &mark);
    void tellState(Recorder &recorder, const Mark &mark);
    void tellFailure(Recorder &recorder, const Mark &mark);
    bool cameToNothing(std::uint64_t index);
    void describe(LoadedRun &loaded) const;

    /// How far a worker's lane and chunks are, which its recorder trusts.
    struct Reached {
        std::size_t spans = 0;
        std::size_t spansOfChunks = 0;
    };

    ImportedRun &m_run;
    std::unique_ptr<RunRecord> m_record = std::make_unique<RunRecord>();
    std::vector<Reached> m_reached;
    std::map<std::uint64_t, std::uint64_t> m_valueless; ///< attempts still to come, by index
    std::uint64_t m_lastEnd = 0; ///< of all spans
    std::uint64_t m_end = 0; ///< of everything
};

Result<void> Importer::check() const
{
    std::uint64_t iterations = 0;
    for (const ImportedSpan &span : m_run.spans) {
        const Span &of = span.span;
        const bool exists =
            of.count > 0 && of.first < m_run.inputCount && of.count <= m_run.inputCount - of.first;
        if (!exists || span.worker == 0 || span.worker > m_run.workers.size())
            return failure("a span is of an input or a worker that there is not");
        iterations += std::min(of.count, mostImportedIterations + 1);
        if (iterations > mostImportedIterations)
            return failure("it has more than " + std::to_string(mostImportedIterations)
                + " iterations, which is more than can be read from such a file");
    }
    for (const ImportedChunk &chunk : m_run.chunks) {
        if (chunk.worker == 0 || chunk.worker > m_run.workers.size())
            return failure("a chunk is of a worker that there is not");
    }
    for (const Mark &mark : m_run.marks) {
        const bool isKnown = mark.worker <= m_run.workers.size()
            && (mark.worker > 0 || !isWorkerState(mark.kind))
            && (!namesIndex(mark.kind) || mark.value < m_run.inputCount);
        if (!isKnown)
            return failure("an event is of an input or a worker that there is not");
    }
    return checkTimes();
}

Result<void> Importer::checkTimes() const
{
    const auto tooLate = [](std::uint64_t time) {
        return time > latestTime;
    };
    const bool spans = std::any_of(m_run.spans.begin(), m_run.spans.end(),
        [&](const auto &span) { return tooLate(span.span.begin) || tooLate(span.span.duration); });
    const bool marks = std::any_of(m_run.marks.begin(), m_run.marks.end(),
        [&](const Mark &mark) { return tooLate(mark.time); });
    const bool chunks =
        std::any_of(m_run.chunks.begin(), m_run.chunks.end(), [&](const auto &chunk) {
            const ChunkTimes &of = chunk.chunkTimes;
            return tooLate(std::max({of.sent, of.received, of.answered, of.decoded}));
        });
    if (spans || marks || chunks || tooLate(m_run.lastOutcome) || tooLate(m_run.firstDispatch))
        return failure("it goes on for more than 36 years, so its times cannot be right");
    return {};
}

Result<void> Importer::makeOutcomes()
{
    auto outcomes = OutcomeStore::make(m_run.inputCount, OutcomeStore::Keep::All);
    if (!outcomes)
        return tl::unexpected(outcomes.error());
    m_record->outcomes = std::move(*outcomes);
    return {};
}

/// Where nothing is told of workers, one is there from its first span to the run's end.
void Importer::addMarks()
{
    if (std::any_of(m_run.marks.begin(), m_run.marks.end(),
            [](const Mark &mark) { return isWorkerState(mark.kind); }))
        return;
    struct Stay {
        std::uint64_t from = UINT64_MAX;
        std::uint64_t to = 0;
    };
    std::vector<Stay> stays(m_run.workers.size());
    for (const ImportedSpan &span : m_run.spans) {
        Stay &stay = stays[span.worker - 1];
        stay.from = std::min(stay.from, span.span.begin);
        stay.to = std::max(stay.to, endOf(span.span));
    }
    for (WorkerId worker = 1; worker <= stays.size(); ++worker) {
        const Stay &stay = stays[worker - 1];
        if (stay.from > stay.to)
            continue;
        m_run.marks.push_back({stay.from, 0, worker, Mark::Kind::Starting});
        m_run.marks.push_back({stay.from, 0, worker, Mark::Kind::Ready});
        m_run.marks.push_back({stay.to, static_cast<std::uint64_t>(IdleReason::NothingLeft), worker,
            Mark::Kind::Idle});
        m_run.marks.push_back({m_lastEnd, 0, worker, Mark::Kind::Gone});
    }
}

std::vector<Step> Importer::steps() const
{
    std::vector<Step> steps;
    steps.reserve(m_run.spans.size() + m_run.chunks.size() + m_run.marks.size());
    for (std::size_t i = 0; i < m_run.spans.size(); ++i)
        steps.push_back({endOf(m_run.spans[i].span), Step::Kind::Span, i});
    for (std::size_t i = 0; i < m_run.chunks.size(); ++i)
        steps.push_back({m_run.chunks[i].chunkTimes.decoded, Step::Kind::Chunk, i});
    for (std::size_t i = 0; i < m_run.marks.size(); ++i) {
        const Mark::Kind kind = m_run.marks[i].kind;
        const bool came = kind == Mark::Kind::Starting || kind == Mark::Kind::Ready;
        steps.push_back({m_run.marks[i].time, came ? Step::Kind::Came : Step::Kind::Mark, i});
    }
    // At one time a worker comes, then works, and only then something is said of it.
    std::stable_sort(steps.begin(), steps.end(), [](const Step &a, const Step &b) {
        return a.time != b.time ? a.time < b.time : a.kind < b.kind;
    });
    return steps;
}

Result<LoadedRun> Importer::import()
{
    if (auto checked = check(); !checked)
        return tl::unexpected(checked.error());
    if (auto made = makeOutcomes(); !made)
        return tl::unexpected(made.error());
    RunRecord &record = *m_record;
    record.spec = m_run.spec;
    record.source = m_run.source;
    record.hasValues = false;
    record.importNotes = m_run.importNotes;
    for (const ImportedWorker &worker : m_run.workers)
        record.workerNames.push_back(worker.name);
    record.machine.host = m_run.host;
    record.machine.cores = m_run.cores;
    record.startedAt = m_run.startedAt;
    record.inputCount = m_run.inputCount;
    record.areInputsComplete = m_run.areInputsComplete;
    record.inputs = m_run.inputs.size() == m_run.inputCount && !m_run.inputs.empty()
        ? recordedTexts(std::move(m_run.inputs))
        : recordedInputs(m_run.spec.input, m_run.inputCount);
    std::optional<Error> problem;
    Recorder recorder(record.timeline, *record.outcomes, record.log, nullptr,
        Recorder::Keep::Everything, [&](const std::string &what) { problem = Error{what}; });
    std::uint64_t firstBegin = latestTime;
    for (const ImportedSpan &span : m_run.spans) {
        m_lastEnd = std::max(m_lastEnd, endOf(span.span));
        firstBegin = std::min(firstBegin, span.span.begin);
    }
    addMarks();
    m_reached.resize(m_run.workers.size());
    for (const Mark &mark : m_run.marks) {
        if (mark.kind == Mark::Kind::Failed || mark.kind == Mark::Kind::Retried)
            ++m_valueless[mark.value];
    }
    const std::vector<Step> steps = this->steps();
    m_end = steps.empty() ? 0 : steps.back().time;
    if (!steps.empty())
        recorder.firstDispatch(m_run.firstDispatch > 0
                ? m_run.firstDispatch
                : std::max<std::uint64_t>(std::min(firstBegin, m_end), 1));
    for (const Step &step : steps) {
        tell(recorder, step);
        if (problem)
            return tl::unexpected(*problem);
    }
    for (WorkerId worker = 1; worker <= m_run.workers.size(); ++worker) {
        recorder.workerIntroduced(worker, m_run.workers[worker - 1].identity);
        recorder.workerUsed(worker, m_run.workers[worker - 1].usage);
        recorder.workerSetUp(worker, m_run.workers[worker - 1].setUp);
        recorder.taskLoaded(worker, m_run.workers[worker - 1].loading);
        recorder.workerThreads(worker, m_run.workers[worker - 1].threads);
    }
    recorder.coordinatorUsed(m_run.coordinator);
    const ImportNotes &notes = m_run.importNotes;
    for (const auto &lines : {m_run.notes, notes.linesOfLeftOut(), notes.linesOfShown()}) {
        for (const std::string &line : lines)
            recorder.noted(0, line, 0);
    }
    record.elapsed = std::max(m_end, m_run.lastOutcome);
    LoadedRun loaded;
    loaded.record = std::move(m_record);
    describe(loaded);
    return loaded;
}

void Importer::tell(Recorder &recorder, const Step &step)
{
    switch (step.kind) {
    case Step::Kind::Came:
    case Step::Kind::Mark:
        tellMark(recorder, m_run.marks[step.position]);
        return;
    case Step::Kind::Span:
        tellSpan(recorder, m_run.spans[step.position]);
        return;
    case Step::Kind::Chunk:
        tellChunk(recorder, m_run.chunks[step.position]);
        return;
    }
}

/// Whether the next attempt at the index is one that failed.
bool Importer::cameToNothing(std::uint64_t index)
{
    const auto found = m_valueless.find(index);
    if (found == m_valueless.end())
        return false;
    if (--found->second == 0)
        m_valueless.erase(found);
    return true;
}

void Importer::tellSpan(Recorder &recorder, const ImportedSpan &told)
{
    const Span &span = told.span;
    recorder.spanDone(told.worker, span);
    ++m_reached[told.worker - 1].spans;
    const std::uint64_t end = endOf(span);
    const std::uint64_t time = end == m_lastEnd ? std::max(end, m_run.lastOutcome) : end;
    OutcomeView none; // a value, of which nothing is known
    for (std::uint64_t index = span.first; index < span.first + span.count; ++index) {
        if (!cameToNothing(index) && !m_record->outcomes->has(index))
            recorder.outcomeDone(index, none, told.worker, time);
    }
}

/// A chunk whose spans are not all there is left out: it can have no place in the lane.
void Importer::tellChunk(Recorder &recorder, const ImportedChunk &chunk)
{
    Reached &reached = m_reached[chunk.worker - 1];
    const std::uint64_t spans = chunk.chunkTimes.spans;
    if (spans == 0 || spans > reached.spans - reached.spansOfChunks)
        return;
    reached.spansOfChunks += spans;
    recorder.chunkDone(chunk.worker, chunk.chunkTimes);
}

void Importer::tellMark(Recorder &recorder, const Mark &mark)
{
    switch (mark.kind) {
    case Mark::Kind::Starting:
    case Mark::Kind::Ready:
    case Mark::Kind::Leaving:
    case Mark::Kind::Dead:
    case Mark::Kind::Gone:
        tellState(recorder, mark);
        return;
    case Mark::Kind::Resized:
        recorder.resized(static_cast<std::uint32_t>(mark.value), mark.time);
        return;
    case Mark::Kind::Paused:
        recorder.paused(mark.time);
        return;
    case Mark::Kind::Resumed:
        if (const auto stop = stopOf(mark))
            recorder.suspended(stop->begin, stop->end);
        else
            recorder.resumed(mark.time);
        return;
    case Mark::Kind::Failed:
    case Mark::Kind::Quarantined:
    case Mark::Kind::GivenUp:
        tellFailure(recorder, mark);
        return;
    case Mark::Kind::Retried:
        recorder.attemptFailed(mark.value, mark.worker, mark.time);
        return;
    case Mark::Kind::Reopened:
        if (m_record->outcomes->isFailure(mark.value))
            recorder.reopened(mark.value, mark.time);
        return;
    case Mark::Kind::Continued:
        recorder.continued(mark.time);
        return;
    case Mark::Kind::Idle:
        if (mark.worker > 0 && mark.value < idleReasonCount)
            recorder.workerIdle(mark.worker, static_cast<IdleReason>(mark.value), mark.time);
        return;
    case Mark::Kind::Doubted:
    case Mark::Kind::Trusted:
        return; // a trace has no values to be in doubt of
    }
}

void Importer::tellState(Recorder &recorder, const Mark &mark)
{
    constexpr std::array states{WorkerState::Starting, WorkerState::Ready, WorkerState::Leaving,
        WorkerState::Dead, WorkerState::Gone};
    recorder.workerChanged(mark.worker, states[static_cast<std::size_t>(mark.kind)], mark.time);
    Reached &reached = m_reached[mark.worker - 1];
    if (mark.kind == Mark::Kind::Starting)
        reached.spansOfChunks = reached.spans; // as the recorder has it
}

void Importer::tellFailure(Recorder &recorder, const Mark &mark)
{
    if (m_record->outcomes->has(mark.value))
        return;
    const auto known = m_run.failures.find(mark.value);
    const Failure unknown{std::string(failureException), {}, "the reason was not kept", {}};
    const Failure &failure = known == m_run.failures.end() ? unknown : known->second;
    FailureView view{failure.kind, failure.type, failure.message, failure.detail};
    view.context.worker = mark.worker;
    if (mark.kind == Mark::Kind::Failed) {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure = view;
        recorder.outcomeDone(mark.value, outcome, mark.worker, mark.time);
        return;
    }
    if (mark.kind == Mark::Kind::Quarantined)
        view.kind = failureQuarantined;
    recorder.givenUp(mark.value, view, mark.worker, mark.time);
}

void Importer::describe(LoadedRun &loaded) const
{
    const RunRecord &record = *loaded.record;
    RunDescription &description = loaded.info.description;
    description.spec = record.spec;
    description.inputCount = record.inputCount;
    description.program = m_run.source;
    description.machine = record.machine;
    description.startedAt = m_run.startedAt;
    const Timeline &timeline = record.timeline;
    loaded.info.progress = progressOf(timeline, record.elapsed);
    loaded.info.progress.areInputsComplete = record.areInputsComplete;
    loaded.info.progress.state =
        loaded.info.isComplete() ? RunState::Completed : RunState::Cancelled;
}

} // namespace

Result<LoadedRun> makeRecord(ImportedRun run)
{
    return Importer(run).import();
}

} // namespace poolscope
