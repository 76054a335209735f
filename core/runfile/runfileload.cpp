// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfileload.h"

#include "record/recordedinputs.h"
#include "record/recorder.h"
#include "runfile/replay.h"
#include "runfile/runfile.h"
#include "runfile/runfilereader.h"

namespace poolscope {

namespace {

Result<void> replay(RunFileReader &reader, LoadedRun &loaded)
{
    RunRecord &record = *loaded.record;
    OutcomeStore &outcomes = *record.outcomes;
    const RunProgress &progress = loaded.info.progress;
    Result<void> kept;
    Recorder recorder(record.timeline, outcomes, record.log, nullptr, Recorder::Keep::Everything,
        [&](const std::string &error) { kept = failure(loaded.file + ": " + error); });
    EventCheck check(recorder, record.inputCount, maxWorkers, askedOf(outcomes));
    Replay replay(check, progress);
    const auto read = reader.forEachPiece([&](const Piece &piece) { return replay.take(piece); });
    if (!read || !kept)
        return read ? kept : read;
    const auto finished = replay.finish();
    loaded.written = recorder.snapshot(progress.elapsed).reached;
    if (!finished || record.timeline.workerCount() != progress.workers)
        return failure(loaded.file + " is damaged: "
            + (finished ? "it lacks workers that it reports" : finished.error().message));
    return isBeingWritten(progress) ? Result<void>() : replay.closeWorkers();
}

} // namespace

Result<LoadedRun> loadRunFile(const std::string &path)
{
    auto reader = RunFileReader::open(path);
    if (!reader)
        return tl::unexpected(reader.error());
    LoadedRun loaded;
    loaded.file = path;
    loaded.info = reader->info();
    loaded.record = std::make_unique<RunRecord>();
    RunRecord &record = *loaded.record;
    record.spec = loaded.info.description.spec;
    record.folder = loaded.info.description.folder;
    record.machine = loaded.info.description.machine;
    record.elapsed = loaded.info.progress.elapsed;
    record.startedAt = loaded.info.description.startedAt;
    record.inputCount = loaded.info.inputCount();
    record.areInputsComplete = loaded.info.progress.areInputsComplete;
    record.inputs = recordedInputs(record.spec.input, record.inputCount);
    auto outcomes = OutcomeStore::make(record.inputCount, OutcomeStore::Keep::All);
    if (!outcomes)
        return failure(path + ": " + outcomes.error().message);
    record.outcomes = std::move(*outcomes);
    return replay(*reader, loaded).map([&] { return std::move(loaded); });
}

} // namespace poolscope
