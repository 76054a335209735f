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
    const auto read =
        reader.forEachPiece(loaded.info, [&](const Piece &piece) { return replay.take(piece); });
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

Result<LoadedRun> loadRunFile(const std::string &path, std::optional<std::uint32_t> run)
{
    auto reader = RunFileReader::open(path);
    if (!reader)
        return tl::unexpected(reader.error());
    LoadedRun loaded;
    loaded.file = path;
    if (run && (*run < 1 || *run > reader->runs().size()))
        return failure(path + " has no run " + std::to_string(*run) + ": it has "
            + std::to_string(reader->runs().size()));
    loaded.info = run ? reader->runs()[*run - 1] : reader->info();
    loaded.record = std::make_unique<RunRecord>();
    RunRecord &record = *loaded.record;
    record.origin = loaded.info.description.origin;
    record.machine = loaded.info.description.machine;
    record.elapsed = loaded.info.progress.elapsed;
    record.startedAt = loaded.info.description.startedAt;
    record.inputCount = loaded.info.inputCount();
    record.areInputsComplete = loaded.info.progress.areInputsComplete;
    record.inputs = recordedInputs(record.origin, record.inputCount);
    auto outcomes = OutcomeStore::make(record.inputCount, OutcomeStore::Keep::All);
    if (!outcomes)
        return failure(path + ": " + outcomes.error().message);
    record.outcomes = std::move(*outcomes);
    return replay(*reader, loaded).map([&] { return std::move(loaded); });
}

} // namespace poolscope
