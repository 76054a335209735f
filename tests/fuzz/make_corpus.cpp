// SPDX-License-Identifier: GPL-3.0-or-later
// Writes what fuzzing starts from: make_corpus FOLDER. A file of each kind of message in
// FOLDER/codec, a run file and its parts in FOLDER/runfile.
#include "runfile/batchcodec.h"
#include "runfile/runfile.h"
#include "wire/codec.h"
#include "wire/outcomecodec.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

using namespace poolscope;
namespace fs = std::filesystem;

void write(const fs::path &path, const std::string &bytes)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

OutcomeView text(OutcomeKind kind, std::string_view characters)
{
    OutcomeView outcome;
    outcome.kind = kind;
    outcome.text = characters;
    return outcome;
}

/// One of each kind.
std::string outcomes(void (*encode)(std::string &, const OutcomeView &))
{
    std::string bytes;
    for (std::uint8_t kind = 0; kind < outcomeKindCount; ++kind) {
        OutcomeView outcome = text(static_cast<OutcomeKind>(kind), "[1, 2, 3]");
        outcome.failure.kind = "exception";
        outcome.failure.type = "ValueError";
        outcome.failure.message = "bad";
        outcome.failure.detail = "Traceback";
        encode(bytes, outcome);
    }
    return bytes;
}

/// Direction and size of the batches in front, as codec_fuzz takes them.
template <typename Message>
void writeFrame(const fs::path &path, char direction, const Message &message)
{
    std::string bytes{direction, '\x10'};
    wire::encode(bytes, message);
    write(path, bytes);
}

void writeFrames(const fs::path &folder)
{
    wire::Setup setup;
    setup.target = "task.py:f";
    setup.words = {"a", "{}"};
    setup.columns = {"x", "y"};
    writeFrame(folder / "setup", '\1', setup);
    writeFrame(folder / "work", '\1', wire::Work{5, 2, std::string_view("\1\0\0\0a\1\0\0\0b", 10)});
    writeFrame(
        folder / "hello", '\0', wire::Hello{wire::magic, wire::protocolVersion, 7, "h", "r", 9});
    writeFrame(folder / "ready", '\0', wire::Ready{5});
    writeFrame(folder / "refused", '\0', wire::Refused{{"exception", "E", "m", "d"}});
    const std::string values = outcomes(wire::encodeOutcome);
    writeFrame(
        folder / "done", '\0', wire::Done{5, outcomeKindCount, wire::Store::Inline, 1, 2, values});
    writeFrame(folder / "column", '\0', wire::Done{5, 100, wire::Store::ColumnReal, 1, 2, {}});
    writeFrame(folder / "batchreport", '\0', wire::BatchReport{1, 2, 3, 4, 5, 6});
    writeFrame(folder / "printed", '\0', wire::Printed{3, wire::Stream::Error, "text\n"});
}

std::vector<std::pair<RecordBatch, std::string>> batches()
{
    Lane lane;
    lane.append({10, 5, 0, 4});
    lane.append({20, 5, 4, 4});
    ChunkTimeLog chunkTimes;
    chunkTimes.append({5, 6, 10, 15, 16, 17, 1});
    chunkTimes.append({7, 8, 20, 25, 26, 27, 1});
    std::string spans;
    packSpans(spans, lane, 0, lane.size());
    std::string marks;
    packMark(marks,
        {8, static_cast<std::uint64_t>(WorkerState::Ready), WorkerId{1}, Mark::Kind::State}, 0);
    packMark(marks, {30, 2, WorkerId{1}, Mark::Kind::Failed}, 8);
    std::string worker;
    packWorker(worker, {{1, "host", "C++"}, {5, 2, 1, 0}, {1, 2, 3, 4}});
    std::string failures;
    OutcomeView failed;
    failed.kind = OutcomeKind::Failure;
    failed.failure = {failureException, "E", "m", "d"};
    std::string encoded;
    wire::encodeKeptOutcome(encoded, failed);
    packFailure(failures, 2, encoded);
    std::string log;
    packLogEntry(log, {5, WorkerId{1}, {2, 1}, true, "a line"});
    return {
        {{0, BatchKind::Failures, noWorker, 0, 1, {}}, failures},
        {{0, BatchKind::Worker, WorkerId{1}, 0, 0, {}}, worker},
        {{0, BatchKind::Spans, WorkerId{1}, 0, 2, {}}, spans},
        {{0, BatchKind::ChunkTimes, WorkerId{1}, 0, 0, {}},
            chunkTimes.packed(0, chunkTimes.packedSize())},
        {{0, BatchKind::Marks, noWorker, 0, 2, {}}, marks},
        {{0, BatchKind::Reals, noWorker, 10, 2, {}}, std::string(16, '\1')},
        {{0, BatchKind::Integers, noWorker, 12, 2, {}}, std::string(16, '\2')},
        {{0, BatchKind::Outcomes, noWorker, 20, outcomeKindCount, {}},
            outcomes(wire::encodeKeptOutcome)},
        {{0, BatchKind::Log, noWorker, 0, 1, {}}, log},
    };
}

/// As runfile_fuzz takes them.
std::string encoded(const RecordBatch &batch, const std::string &data)
{
    std::string bytes;
    wire::FieldWriter writer(bytes);
    writer.number(static_cast<std::uint8_t>(static_cast<int>(batch.kind) - 1));
    writer.number(static_cast<std::uint8_t>(numberOf(batch.worker)));
    writer.number(static_cast<std::uint16_t>(batch.first));
    writer.number(static_cast<std::uint16_t>(batch.count));
    writer.string(data);
    return bytes;
}

Result<void> writeRunFile(const fs::path &folder)
{
    RunDescription description;
    description.origin = SpecOrigin{{CommandTask{"echo {}"}, CsvInput{"\xff.csv"}, {}}, "/"};
    description.inputCount = 1000;
    description.taskFiles = {{"/bin/echo", "0"}};
    RunProgress progress;
    progress.state = RunState::Completed;
    progress.workers = 1;
    write(folder / "description", '\1' + runfile::descriptionText(description));
    write(folder / "progress", '\2' + runfile::progressText(progress));
    write(folder / "label", '\3' + runfile::labelText({"name", "note\xff"}));

    const std::string path = folder / "whole.poolscope";
    auto file = RunFile::create(path, description, RunFile::IfExists::Replace);
    if (!file)
        return tl::unexpected(file.error());
    std::string all = "\4";
    auto added = (*file)->begin();
    for (const auto &[known, data] : batches()) {
        auto batch = known;
        batch.data = data;
        added = std::move(added).and_then([&] { return (*file)->add(batch); });
        all += encoded(batch, data);
    }
    write(folder / "batches", all);
    const auto closed =
        std::move(added).and_then([&] { return (*file)->commit(progress); }).map([&] {
            (*file)->close();
        });
    std::ifstream whole(path, std::ios::binary);
    write(folder / "file", '\0' + std::string(std::istreambuf_iterator<char>(whole), {}));
    fs::remove(path);
    return closed;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    writeFrames(fs::path(argv[1]) / "codec");
    const auto written = writeRunFile(fs::path(argv[1]) / "runfile");
    if (!written)
        std::fprintf(stderr, "make_corpus: %s\n", written.error().message.c_str());
    return written ? 0 : 1;
}
