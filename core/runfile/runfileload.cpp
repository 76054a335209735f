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
    Recorder recorder(record.timeline, outcomes, record.log, nullptr,
        Recorder::Retention::Everything,
        [&](const std::string &error) { kept = failure(loaded.file + ": " + error); });
    EventCheck check(recorder, record.inputCount, maxWorkers, askedOf(outcomes));
    Replay replay(check, progress);
    const auto read = reader.forEachBatch(
        loaded.info, [&](const RecordBatch &batch) { return replay.take(batch); });
    if (!read || !kept)
        return read ? kept : read;
    const auto finished = replay.finish();
    loaded.written = recorder.snapshot(progress.elapsed).reached;
    if (!finished || record.timeline.workerCount() != progress.workers)
        return failure(loaded.file + " is damaged: "
            + (finished ? "it lacks workers that it reports" : finished.error().message));
    return isBeingWritten(progress) ? Result<void>() : replay.closeWorkers();
}

Result<LoadedRun> loadRun(RunFileReader &reader, const std::string &path, const RunFileInfo &info)
{
    LoadedRun loaded;
    loaded.file = path;
    loaded.info = info;
    loaded.record = std::make_unique<RunRecord>();
    RunRecord &record = *loaded.record;
    record.origin = info.description.origin;
    record.machine = info.description.machine;
    record.elapsed = info.progress.elapsed;
    record.startedAt = info.description.startedAt;
    record.inputCount = info.inputCount();
    record.areInputsComplete = info.progress.areInputsComplete;
    record.inputs = recordedInputs(record.origin, record.inputCount);
    auto outcomes = OutcomeStore::make(record.inputCount, OutcomeStore::Keep::All);
    if (!outcomes)
        return failure(path + ": " + outcomes.error().message);
    record.outcomes = std::move(*outcomes);
    return replay(reader, loaded).map([&] { return std::move(loaded); });
}

} // namespace

Result<LoadedRun> loadRunFile(const std::string &path, std::optional<std::uint32_t> run)
{
    auto reader = RunFileReader::open(path);
    if (!reader)
        return tl::unexpected(reader.error());
    const std::size_t runs = reader->runs().size();
    if (run && (*run < 1 || *run > runs))
        return failure(
            path + " has no run " + std::to_string(*run) + ": it has " + std::to_string(runs));
    return loadRun(*reader, path, run ? reader->runs()[*run - 1] : reader->info());
}

Result<std::vector<LoadedRun>> loadSession(const std::string &path)
{
    auto reader = RunFileReader::open(path);
    if (!reader)
        return tl::unexpected(reader.error());
    std::vector<LoadedRun> session;
    for (const RunFileInfo &info : reader->runs()) {
        auto loaded = loadRun(*reader, path, info);
        if (!loaded)
            return tl::unexpected(loaded.error());
        session.push_back(std::move(*loaded));
    }
    return session;
}

} // namespace poolscope
