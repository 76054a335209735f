// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/importedrecord.h"

#include "record/recordedinputs.h"
#include "record/recorder.h"
#include "record/runprogress.h"

#include <utility>

namespace poolscope {

namespace {

/// Returns a record of the run without its events.
Result<std::unique_ptr<RunRecord>> recordWithoutEvents(const ImportedRun &run)
{
    auto outcomes = OutcomeStore::make(run.inputs.size(), OutcomeStore::Keep::All);
    if (!outcomes)
        return tl::unexpected(outcomes.error());
    auto record = std::make_unique<RunRecord>();
    record->outcomes = std::move(*outcomes);
    ImportedFile origin{run.source, run.importNotes, {}};
    for (const ImportedWorker &worker : run.workers)
        origin.workerNames.push_back(worker.name);
    record->origin = std::move(origin);
    record->startedAt = run.startedAt;
    record->inputCount = run.inputs.size();
    return record;
}

RunFileInfo infoOf(const RunRecord &record)
{
    RunFileInfo info;
    info.description.origin = record.origin;
    info.description.inputCount = record.inputCount;
    info.description.startedAt = record.startedAt;
    info.progress = progressOf(record.timeline, record.elapsed);
    info.progress.state = info.isComplete() ? RunState::Completed : RunState::Cancelled;
    return info;
}

} // namespace

Result<LoadedRun> recordOf(ImportedRun run)
{
    auto record = recordWithoutEvents(run);
    if (!record)
        return tl::unexpected(record.error());
    Result<void> kept;
    Recorder recorder((*record)->timeline, *(*record)->outcomes, (*record)->log, nullptr,
        Recorder::Retention::Everything,
        [&](const std::string &problem) { kept = failure(problem); });
    EventCheck events(
        recorder, run.inputs.size(), mostImportedWorkers, askedOf(*(*record)->outcomes));
    const auto reported = reportEvents(run, events);
    if (!reported || !kept)
        return tl::unexpected(reported ? kept.error() : reported.error());
    (*record)->inputs = recordedTexts(std::move(run.inputs));
    (*record)->elapsed = (*record)->timeline.lastOutcome();
    LoadedRun loaded;
    loaded.info = infoOf(**record);
    loaded.record = std::move(*record);
    return loaded;
}

} // namespace poolscope
