// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfileload.h"

#include "record/recordedinputs.h"
#include "runfile/recordrestorer.h"
#include "runfile/runfile.h"
#include "runfile/runfilereader.h"

namespace poolscope {

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
    record.startedAt = loaded.info.description.startedAt;
    record.inputCount = loaded.info.inputCount();
    record.areInputsComplete = loaded.info.progress.areInputsComplete;
    record.inputs = recordedInputs(record.spec.input, record.inputCount);
    auto outcomes = OutcomeStore::make(record.inputCount, OutcomeStore::Keep::All);
    if (!outcomes)
        return failure(path + ": " + outcomes.error().message);
    record.outcomes = std::move(*outcomes);
    RecordRestorer restorer(record);
    const auto take = [&](const Piece &piece) {
        return restorer.take(piece);
    };
    if (const auto taken = reader->forEachPiece(take); !taken)
        return tl::unexpected(taken.error());
    if (const auto finished = restorer.finish(loaded.info.progress); !finished)
        return failure(path + " is damaged: " + finished.error().message);
    loaded.written = restorer.positions();
    if (!isBeingWritten(loaded.info.progress))
        restorer.closeWorkers();
    return loaded;
}

} // namespace poolscope
