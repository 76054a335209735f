// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/watchsession.h"

#include "record/recordedinputs.h"
#include "run/programversion.h"
#include "run/watchhooks.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace poolscope {

namespace {

constexpr std::uint64_t betweenChecks = 50'000'000; // nanoseconds between two checks of processes

/// Copies what is measured of a call. Its other facts stay, since other threads may read them.
void copyMeasurements(const WatchedCall &call, Origin &origin)
{
    auto &to = std::get<WatchedCall>(origin);
    to.cost = call.cost;
    to.parent = call.parent;
    to.inputTexts = call.inputTexts;
}

} // namespace

Result<std::unique_ptr<WatchSession>> WatchSession::make(
    CommandToWatch command, std::function<void(const std::string &)> warned)
{
    auto hooks = watchHooks();
    if (!hooks)
        return tl::unexpected(hooks.error());
    auto rings = watch::WatchFolder::make();
    if (!rings)
        return tl::unexpected(rings.error());
    return std::unique_ptr<WatchSession>(new WatchSession(
        std::move(command), std::move(*hooks), std::move(*rings), std::move(warned)));
}

WatchSession::WatchSession(CommandToWatch command, std::string hooks,
    std::unique_ptr<watch::WatchFolder> folder, std::function<void(const std::string &)> warned)
    : m_command(std::move(command))
    , m_hooks(std::move(hooks))
    , m_folder(std::move(folder))
    , m_warned(std::move(warned))
    , m_pools(*this, m_command.words, m_command.folder, RunClock::monotonic())
{
}

std::vector<std::pair<std::string, std::string>> WatchSession::environment() const
{
    const char *before = std::getenv("PYTHONPATH");
    std::vector<std::pair<std::string, std::string>> variables{
        {"PYTHONPATH", before && *before ? m_hooks + ":" + before : m_hooks},
        {"POOLSCOPE_WATCH", m_folder->path()}};
    std::string changes;
    for (const std::string &change : m_command.changes)
        changes += (changes.empty() ? "" : "\n") + change;
    if (!changes.empty())
        variables.emplace_back("POOLSCOPE_WATCH_SET", changes);
    if (m_command.recordsInputs)
        variables.emplace_back("POOLSCOPE_WATCH_REPRS", "1");
    return variables;
}

EventSink *WatchSession::callBegan(const WatchedCall &call)
{
    auto outcomes = OutcomeStore::make(watch::CallReporter::mostInputs, OutcomeStore::Keep::All);
    if (!outcomes) {
        if (!std::exchange(m_hasWarned, true))
            m_warned("calls from now on are only counted: " + outcomes.error().message);
        return nullptr;
    }
    auto run = std::make_unique<WatchedRun>();
    RunRecord &record = run->record;
    record.origin = call;
    record.machine = thisMachine();
    record.startedAt = secondsSince1970();
    record.areInputsComplete = false;
    record.inputs = recordedInputs(record.origin, watch::CallReporter::mostInputs);
    record.outcomes = std::move(*outcomes);
    run->recorder = std::make_unique<Recorder>(record.timeline, *record.outcomes, record.log,
        nullptr, Recorder::Retention::Everything, m_warned);
    run->recorder->takeSnapshots(UINT64_MAX, [] {});
    m_runs.push_back(std::move(run));
    return m_runs.back()->recorder.get();
}

void WatchSession::warned(const std::string &line)
{
    m_warned(line);
}

void WatchSession::update()
{
    m_folder->read(m_pools);
    if (const std::uint64_t now = RunClock::monotonic(); now - m_checkedAt >= betweenChecks) {
        m_checkedAt = now;
        m_pools.checkProcesses(m_folder->rings());
    }
    copyFacts();
}

void WatchSession::finish()
{
    m_folder->read(m_pools);
    m_pools.checkProcesses(m_folder->rings());
    m_folder->read(m_pools);
    m_pools.checkProcesses(m_folder->rings()); // finds the processes that have ended
    m_pools.end();
    copyFacts();
    std::uint64_t attempts = 0;
    for (const auto &run : m_runs)
        attempts += run->record.timeline.attempts();
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        RunRecord &record = m_runs[i]->record;
        auto &call = std::get<WatchedCall>(record.origin);
        copyMeasurements(m_pools.calls()[i]->call(), record.origin);
        const double share = attempts > 0
            ? static_cast<double>(record.timeline.attempts()) / static_cast<double>(attempts)
            : 0;
        call.cost.hooks =
            static_cast<std::uint64_t>(share * static_cast<double>(m_folder->hooksTook()));
        record.inputs = recordedInputs(record.origin, record.inputCount);
    }
}

/// Copies the facts of calls that are not events.
void WatchSession::copyFacts()
{
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        if (m_runs[i]->hasEnded)
            continue;
        const watch::CallReporter &call = *m_pools.calls()[i];
        RunRecord &record = m_runs[i]->record;
        record.inputCount = std::max(call.inputs().value_or(0), call.settled());
        record.areInputsComplete = call.inputs().has_value() || call.hasEnded();
        record.elapsed = call.hasEnded()
            ? std::max(record.timeline.lastOutcome(), record.timeline.stopped())
            : RunClock{call.begin()}.now();
        std::get<WatchedCall>(record.origin).parent = call.call().parent;
        m_runs[i]->isComplete = call.isComplete();
        if (call.hasEnded() && !std::exchange(m_runs[i]->hasEnded, true)) {
            copyMeasurements(call.call(), record.origin);
            record.inputs = recordedInputs(record.origin, record.inputCount);
        }
    }
}

std::vector<EndedRun> WatchSession::endedRuns()
{
    std::vector<EndedRun> ended;
    for (const auto &run : m_runs) {
        const RunRecord &record = run->record;
        RunDescription description;
        description.origin = record.origin;
        description.inputCount = record.inputCount;
        description.program = programVersion();
        description.machine = record.machine;
        description.startedAt = record.startedAt;
        RecordSnapshot all = run->recorder->snapshot(record.elapsed);
        all.progress.state = run->isComplete ? RunState::Completed : RunState::Cancelled;
        all.progress.inputsArrived = record.inputCount;
        ended.push_back({std::move(description), &record, std::move(all)});
    }
    return ended;
}

} // namespace poolscope
