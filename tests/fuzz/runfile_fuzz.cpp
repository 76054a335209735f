// SPDX-License-Identifier: GPL-3.0-or-later
// Loads any bytes as a run file. The first byte chooses what they are: the file itself, batches
// that have passed their checksums, or one of the JSON documents. What loads is then looked at as
// charts do.
#include "analysis/completionorder.h"
#include "analysis/runhistory.h"
#include "record/recorder.h"
#include "runfile/replay.h"
#include "runfile/runfileload.h"
#include "wire/codec.h"

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace poolscope;

void look(const RunRecord &record)
{
    const Timeline &timeline = record.timeline;
    [[maybe_unused]] std::uint64_t busy = 0; // the reads are the test
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        busy += worker.lane().busyBetween(0, UINT64_MAX);
        ChunkTimeLog::Reader chunkTimes(worker.chunkTimes(), worker.lane());
        while (chunkTimes.next()) { }
    }
    CompletionOrder order(timeline);
    order.advance(UINT64_MAX, 100'000);
    RunHistory history(timeline);
    history.advance(100'000);
    for (const IndexRange &range : record.outcomes->settled()) {
        for (std::uint64_t index = range.first; index < range.end(); ++index) {
            if (!record.outcomes->read(index))
                std::abort();
        }
    }
}

void loadFile(std::string_view bytes)
{
    const int file = memfd_create("run", 0);
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    if (write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
        if (const auto loaded = loadRunFile(path))
            look(*loaded->record);
    }
    close(file);
}

void replayBatches(std::string_view bytes)
{
    constexpr std::uint64_t inputs = 1000;
    RunRecord record;
    record.inputCount = inputs;
    auto outcomes = OutcomeStore::make(inputs, OutcomeStore::Keep::All);
    if (!outcomes)
        return;
    record.outcomes = std::move(*outcomes);
    Recorder recorder(record.timeline, *record.outcomes, record.log, nullptr,
        Recorder::Retention::Everything, [](const std::string &) {});
    EventCheck check(recorder, inputs, maxWorkers, askedOf(*record.outcomes));
    RunProgress progress;
    Replay replay(check, progress);
    wire::FieldReader reader(bytes);
    while (!reader.atEnd()) {
        RecordBatch batch;
        batch.kind = static_cast<BatchKind>(1 + reader.number<std::uint8_t>() % lastBatchKind);
        batch.worker = WorkerId{reader.number<std::uint8_t>() % 8U};
        batch.first = reader.number<std::uint16_t>();
        batch.count = reader.number<std::uint16_t>();
        batch.data = reader.string();
        if (!reader.ok() || !replay.take(batch))
            return;
    }
    if (replay.finish() && replay.closeWorkers())
        look(record);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
    switch (data[0] % 5) {
    case 0:
        loadFile(bytes);
        break;
    case 1:
        (void)runfile::descriptionFrom(bytes);
        break;
    case 2:
        (void)runfile::progressFrom(bytes);
        break;
    case 3:
        (void)runfile::labelFrom(bytes);
        break;
    default:
        replayBatches(bytes);
    }
    return 0;
}
