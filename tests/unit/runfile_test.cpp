// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/recorder.h"
#include "record/varint.h"
#include "runfile/journal.h"
#include "runfile/runfilecopy.h"
#include "runfile/runfileload.h"
#include "runfile/runfilereader.h"
#include "runfile/sessionfile.h"
#include "spec/runarguments.h"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace poolscope {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds patience(180);

class RunFileTest : public testing::Test {
protected:
    void SetUp() override
    {
        // In memory, since these tests write a file thousands of times.
        const std::filesystem::path memory = "/dev/shm";
        std::string name =
            (std::filesystem::is_directory(memory) ? memory
                                                   : std::filesystem::temp_directory_path())
            / "runfile-XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        m_folder = name;
        m_path = m_folder / "run.poolscope";
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    static RunDescription description(std::uint64_t inputs)
    {
        RunDescription description;
        RunSpec spec{BuiltinTask{"sqrt", {}}, RangeInput{0, static_cast<std::int64_t>(inputs)}, {}};
        description.origin = SpecOrigin{spec, "/a/folder"};
        description.inputCount = inputs;
        description.taskFiles = {{"/a/task.py", "0123"}};
        description.program = "poolscope 0";
        description.machine.host = "host";
        description.machine.cores = 3;
        description.startedAt = 1'700'000'000;
        return description;
    }

    std::string read() const
    {
        std::ifstream file(m_path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string &bytes) const
    {
        std::ofstream(m_path, std::ios::binary | std::ios::trunc) << bytes;
    }

    std::filesystem::path m_folder;
    std::string m_path;
};

/// A run without a pool: this test tells the recorder what a pool would.
class FakeRun {
public:
    FakeRun(const std::string &path, const RunDescription &description,
        Recorder::Retention keep = Recorder::Retention::Everything)
        : m_record(std::make_unique<RunRecord>())
    {
        m_record->origin = description.origin;
        m_record->inputCount = description.inputCount;
        m_record->outcomes =
            std::move(*OutcomeStore::make(description.inputCount, OutcomeStore::Keep::All));
        makeRecorder(keep);
        auto file = RunFile::create(path, description, RunFile::IfExists::Refuse);
        EXPECT_TRUE(file) << (file ? "" : file.error().message);
        keepIn(std::move(*file), {});
    }
    /// Goes on with a loaded run.
    FakeRun(const std::string &path, LoadedRun loaded)
        : m_record(std::move(loaded.record))
    {
        makeRecorder(Recorder::Retention::Everything);
        auto file = RunFile::reopen(path);
        EXPECT_TRUE(file) << (file ? "" : file.error().message);
        (*file)->continueAfter(loaded.info.progress);
        keepIn(std::move(*file), std::move(loaded.written));
    }

    Recorder &recorder() { return *m_recorder; }
    RunRecord &record() { return *m_record; }

    void note(std::uint64_t time) { m_journal->note(m_recorder->snapshot(time)); }
    /// A note that the journal takes only after something else has happened.
    void noteLate(std::uint64_t time, const std::function<void()> &meanwhile)
    {
        RecordSnapshot snapshot = m_recorder->snapshot(time);
        meanwhile();
        m_journal->note(std::move(snapshot));
    }
    void finish(std::uint64_t time)
    {
        RecordSnapshot last = m_recorder->snapshot(time);
        last.progress.state = RunState::Completed;
        m_journal->finish(std::move(last));
        EXPECT_TRUE(m_journal->waitUntilClosed(patience));
        EXPECT_TRUE(m_journal->result());
        m_journal.reset();
    }
    /// The same for a run whose file is lost; returns what was told of that.
    std::vector<std::string> finishWithoutFile(std::uint64_t time, std::uint64_t settledBelow)
    {
        m_journal->finish(m_recorder->snapshot(time));
        EXPECT_TRUE(m_journal->waitUntilClosed(patience));
        EXPECT_FALSE(m_journal->result());
        EXPECT_EQ(m_journal->writtenBelow(), settledBelow)
            << "what waits for it would wait for ever";
        const std::lock_guard lock(m_mutex);
        return m_losses;
    }
    /// What is told after the last note() is lost.
    void breakOff() { m_journal.reset(); }

    void addReals(IndexRange indices, WorkerId worker, std::uint64_t time)
    {
        m_recorder->take(event::SpanDone{worker, {time, 50, indices.first, indices.count}});
        std::vector<double> cells(indices.count);
        for (std::uint64_t i = 0; i < indices.count; ++i)
            cells[i] = static_cast<double>(indices.first + i) * 0.5;
        m_record->outcomes->addNumbers(indices.first, OutcomeKind::Real,
            {reinterpret_cast<const char *>(cells.data()), cells.size() * sizeof(double)});
        m_recorder->take(event::NumbersDone{indices, OutcomeKind::Real, time + 60});
    }
    void add(std::uint64_t index, const OutcomeView &outcome, WorkerId worker, std::uint64_t time)
    {
        m_recorder->take(event::SpanDone{worker, {time, 50, index, 1}});
        m_recorder->take(event::OutcomeDone{index, outcome, worker, time + 60});
    }
    void addText(std::uint64_t index, std::string_view text, WorkerId worker, std::uint64_t time)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Text;
        outcome.text = text;
        add(index, outcome, worker, time);
    }
    void fail(std::uint64_t index, std::string_view kind, WorkerId worker, std::uint64_t time)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure = {kind, "Type", "message", "detail\n"};
        if (kind != failureQuarantined) {
            add(index, outcome, worker, time);
            return;
        }
        m_recorder->take(event::SpanDone{worker, {time, 50, index, 1}});
        m_recorder->take(
            event::OutcomeDone{index, outcome, worker, time + 60, event::Attempt::Lost});
    }

private:
    void makeRecorder(Recorder::Retention keep)
    {
        m_recorder = std::make_unique<Recorder>(m_record->timeline, *m_record->outcomes,
            m_record->log, nullptr, keep, [](const std::string &why) { FAIL() << why; });
        m_recorder->takeSnapshots(1'000'000, [] {});
    }
    void keepIn(std::unique_ptr<RunFile> file, RecordPositions written)
    {
        m_journal = std::make_unique<Journal>(std::move(file), *m_record, std::move(written),
            Journal::Callbacks{
                [this](const RecordPositions &reached) { m_recorder->written(reached); },
                [](const std::string &) {}, [] {},
                [this](const std::string &why) {
                    const std::lock_guard lock(m_mutex);
                    m_losses.push_back(why);
                },
                [] {
                }});
    }

    std::unique_ptr<RunRecord> m_record;
    std::unique_ptr<Recorder> m_recorder;
    std::mutex m_mutex;
    std::vector<std::string> m_losses;
    std::unique_ptr<Journal> m_journal;
};

/// Everything that charts, tables and reports can see of a record, as text.
std::string everythingIn(const RunRecord &record)
{
    std::ostringstream all;
    const Timeline &timeline = record.timeline;
    all << record.inputCount << ' ' << timeline.firstDispatch() << ' ' << timeline.lastOutcome()
        << ' ' << timeline.succeeded() << ' ' << timeline.failed() << ' ' << timeline.quarantined()
        << ' ' << timeline.attempts() << ' ' << timeline.coordinator().cpu << ' '
        << timeline.coordinator().busy << ' ' << timeline.coordinator().throttled << '\n';
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        const WorkerIdentity identity = worker.identity();
        all << numberOf(worker.id()) << ' ' << static_cast<int>(worker.state()) << ' '
            << worker.iterations() << ' ' << worker.busy() << ' ' << worker.cpu() << ' '
            << worker.runQueue() << ' ' << worker.maxRss() << ' ' << worker.decoding() << ' '
            << worker.starts() << ' ' << worker.loading().cost.duration << ' '
            << worker.loading().cost.cpu << ' ' << worker.loading().cost.memory << ' '
            << worker.loading().isShared << ' ' << worker.setUpCpu() << ' '
            << worker.setUpRunQueue() << ' ' << worker.threads() << ' ' << worker.threadRunQueue()
            << ' ' << identity.pid << identity.host << identity.runtime << '\n';
        const Lane &lane = worker.lane();
        lane.forEach(0, lane.size(), [&](const Span &span) {
            all << span.begin << ',' << span.duration << ',' << span.first << ',' << span.count
                << ' ';
        });
        ChunkTimeLog::Reader chunkTimes(worker.chunkTimes(), lane);
        while (const auto chunk = chunkTimes.next())
            all << chunk->sent << ',' << chunk->received << ',' << chunk->begun << ','
                << chunk->ended << ',' << chunk->answered << ',' << chunk->decoded << ','
                << chunk->spans << ' ';
        all << '\n';
    }
    for (std::size_t i = 0; i < timeline.marks().size(); ++i) {
        const Mark &mark = timeline.marks()[i];
        all << mark.time << ',' << mark.value << ',' << numberOf(mark.worker) << ','
            << static_cast<int>(mark.kind) << ' ';
    }
    all << timeline.pausedBetween(0, UINT64_MAX) << '\n';
    for (const LogLine &line : record.log.entries(0).entries)
        all << line->time << ',' << numberOf(line->worker) << ',' << line->running.first << ','
            << line->running.count << ',' << line->printed << ',' << line->text << '\n';
    for (const IndexRange &range : record.outcomes->settled()) {
        for (std::uint64_t index = range.first; index < range.end(); ++index) {
            const auto outcome = record.outcomes->read(index);
            const OutcomeView &view = outcome->view;
            all << index << ':' << static_cast<int>(view.kind) << ' ' << view.integer << ' '
                << view.real << ' ' << view.text << view.failure.kind << view.failure.type
                << view.failure.message << view.failure.detail << '\n';
        }
    }
    return all.str();
}

/// A bit of everything that can happen, noted now and then; ends after index `count`.
void liveThrough(FakeRun &run, std::uint64_t count)
{
    Recorder &recorder = run.recorder();
    std::mt19937_64 random(count);
    recorder.take(event::PoolResized{3, 1});
    for (WorkerId worker{1}; worker <= WorkerId{3}; ++worker) {
        recorder.take(event::WorkerChanged{worker, WorkerState::Starting, 10 + numberOf(worker)});
        recorder.take(event::WorkerIntroduced{worker, {1000 + numberOf(worker), "host", "C++"}});
        recorder.take(event::WorkerChanged{worker, WorkerState::Ready, 20 + numberOf(worker)});
    }
    recorder.take(event::FirstDispatched{30});
    std::uint64_t time = 100;
    for (std::uint64_t index = 0; index < count;) {
        const auto worker = workerOf(random() % 3);
        const std::uint64_t length = std::min(count - index, 1 + random() % 100);
        time += random() % 3 == 0 ? 10'000'000'000 : 1000;
        switch (random() % 6) {
        case 0:
            run.addReals({index, length}, worker, time);
            recorder.take(event::ChunkDone{worker,
                {time - 20, time - 10, time, time + 50, time + 60 + random() % 100, time + 200,
                    1}});
            index += length;
            break;
        case 1:
            run.fail(index++, failureException, worker, time);
            break;
        case 2:
            run.fail(index++, failureQuarantined, worker, time);
            recorder.take(event::AttemptLost{index - 1, worker, time});
            recorder.take(event::WorkerChanged{worker, WorkerState::Dead, time + 1});
            recorder.take(event::WorkerChanged{worker, WorkerState::Starting, time + 2});
            break;
        case 3:
            recorder.take(event::WorkerCostSeen{worker,
                {random() % 1000, random() % 1000, random() % 1'000'000, random() % 1000,
                    random() % 1000, random() % 1000, static_cast<std::uint32_t>(random() % 10),
                    random() % 1000,
                    {{random() % 1000, random() % 1000, random() % 1000}, random() % 2 == 0}}});
            recorder.take(event::WorkerIdle{
                worker, static_cast<IdleReason>(random() % idleReasonCount), time});
            recorder.take(event::CoordinatorCostSeen{{time, time / 2, time / 3}});
            recorder.take(event::WorkerPrinted{
                worker, {Output::Source::TaskOutput, {index, 1}, "a line\nb"}, time});
            recorder.take(event::AttemptFailed{index, worker, time});
            break;
        case 4: {
            OutcomeView outcome;
            outcome.kind = random() % 2 ? OutcomeKind::None : OutcomeKind::Integer;
            outcome.integer = static_cast<std::int64_t>(random());
            run.add(index++, outcome, worker, time);
            break;
        }
        default:
            run.addText(index++, std::string(random() % 200, 'x'), worker, time);
        }
        if (random() % 10 == 0)
            run.note(time + 300);
    }
    recorder.take(event::ProgramStopped{time + 320, time + 380});
    recorder.take(event::PoolPaused{time + 400});
    recorder.take(event::PoolResumed{time + 500});
}

TEST(Varint, ComesBackAsItWas)
{
    std::string bytes;
    VarintWriter writer(bytes);
    const std::vector<std::uint64_t> numbers{0, 1, 127, 128, 1ULL << 35, ~0ULL, ~0ULL >> 1};
    for (const std::uint64_t number : numbers) {
        writer.number(number);
        writer.difference(number, 12345);
    }
    writer.text("text");
    VarintReader reader(bytes);
    for (const std::uint64_t number : numbers) {
        EXPECT_EQ(reader.number(), number);
        EXPECT_EQ(reader.difference(12345), number);
    }
    EXPECT_EQ(reader.text(), "text");
    EXPECT_TRUE(reader.atEnd());
    EXPECT_EQ(reader.number(), 0U);
    EXPECT_FALSE(reader.ok());
}

TEST(Varint, TellsWhatIsTooLong)
{
    for (const std::string &bytes :
        {std::string(10, '\xff'), std::string(9, '\xff') + '\x02', std::string(3, '\x80'),
            std::string("\x05"
                        "abcd")}) {
        VarintReader reader(bytes);
        if (bytes.size() == 5)
            reader.text();
        else
            reader.number();
        EXPECT_FALSE(reader.ok());
    }
}

TEST(RunDescription, IsReadAsItWasWritten)
{
    RunDescription description;
    RunSpec spec{ShellTask{"echo \"$1\"; \xff\xfe"}, FilesInput{"**/\xe4.txt"}, {}, "17"};
    spec.pool.timeout = 1.5;
    description.origin = SpecOrigin{spec, "/\xff"};
    description.taskFiles = {{"/\xff/a", "1234"}};
    const std::string text = runfile::descriptionText(description);
    const auto read = runfile::descriptionFrom(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(runfile::descriptionText(*read), text);
    EXPECT_EQ(runArguments(*specOf(read->origin)), runArguments(spec));
    EXPECT_EQ(specOf(read->origin)->hashSeed, "17");
    EXPECT_EQ(folderOf(read->origin), "/\xff");
}

TEST(RunDescription, OfAWatchedCallIsReadAsItWasWritten)
{
    RunDescription description;
    description.origin = WatchedCall{{"python3", "post.py", "\xff"}, "/folder", "multiprocess.Pool",
        "fork", 2, "imap", "task", "/folder/post.py", 9, "/folder/pools.py", 8, 1, 7, {4999, 96},
        {}, {{17, "'a'"}}};
    ParentTimes &parent = std::get<WatchedCall>(description.origin).parent;
    parent.add(ParentActivity::Sending, 0, 3'000'000, 1'500'000);
    parent.add(ParentActivity::Looping, 2'000'000, 4'000'000, 70'000);
    const std::string text = runfile::descriptionText(description);
    const auto read = runfile::descriptionFrom(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(runfile::descriptionText(*read), text);
    EXPECT_EQ(std::get<WatchedCall>(read->origin).command.back(), "\xff");
    EXPECT_EQ(originText(read->origin), "imap(task) at post.py:9, watched");
    EXPECT_EQ(std::get<WatchedCall>(read->origin).cost.pickling, 96U);
    EXPECT_EQ(std::get<WatchedCall>(read->origin).parent, parent);
    EXPECT_EQ(std::get<WatchedCall>(read->origin).inputTexts.at(17), "'a'");
    EXPECT_FALSE(specOf(read->origin));
    auto json = nlohmann::json::parse(text);
    auto wrong = json;
    wrong["watched"]["line"] = "nine";
    EXPECT_FALSE(runfile::descriptionFrom(wrong.dump()));
    wrong = json;
    wrong["watched"]["parent"]["busy_ns"][0] = -1;
    EXPECT_FALSE(runfile::descriptionFrom(wrong.dump()));
    wrong = json;
    wrong["watched"]["parent"]["level"] = 200;
    EXPECT_FALSE(runfile::descriptionFrom(wrong.dump()));
    for (const char *index : {"-1", "one", ""}) {
        wrong = json;
        wrong["watched"]["inputs"] = {{index, "text"}};
        EXPECT_FALSE(runfile::descriptionFrom(wrong.dump())) << index;
    }
}

TEST(RunDescription, IsRefusedIfItsArgumentsAreNotASpec)
{
    RunDescription description;
    description.origin = SpecOrigin{{BuiltinTask{"sqrt", {}}, RangeInput{0, 1, 1}, {}}, "/"};
    const auto good = nlohmann::json::parse(runfile::descriptionText(description));
    EXPECT_TRUE(runfile::descriptionFrom(good.dump()));
    using Json = nlohmann::json;
    for (const Json &arguments :
        {Json(), Json(5), Json("--builtin"), Json::array({1}), Json::array({"--builtin", "sqrt"}),
            Json::array({"--magic", "1"}), Json::array({"--builtin", "sqrt", "--range", "0:1:0"}),
            Json::array({"--builtin", "sqrt", "--range", "0:1", "--workers", "0"})}) {
        Json json = good;
        json["arguments"] = arguments;
        EXPECT_FALSE(runfile::descriptionFrom(json.dump())) << arguments;
    }
}

TEST_F(RunFileTest, HoldsTheWholeRecord)
{
    FakeRun run(m_path, description(2000));
    liveThrough(run, 2000);
    run.finish(1'000'000'000'000);
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    // Workers that were still at work have gone by then; that is all that is added.
    const std::size_t marks = run.record().timeline.marks().size();
    EXPECT_EQ(loaded->written.marks, marks);
    for (WorkerId worker{1}; worker <= WorkerId{3}; ++worker) {
        const WorkerState state = run.record().timeline.worker(worker).state();
        if (state != WorkerState::Dead && state != WorkerState::Gone)
            run.recorder().take(event::WorkerChanged{worker, WorkerState::Gone, 1'000'000'000'000});
    }
    // An unfinished line of the log is not written before its worker ends.
    const auto &log = loaded->record->log;
    EXPECT_GT(log.end(), 0U);
    while (loaded->record->log.end() < run.record().log.end())
        loaded->record->log.add(*run.record().log.entries(log.end()).entries.front());
    EXPECT_EQ(everythingIn(*loaded->record), everythingIn(run.record()));
    EXPECT_EQ(loaded->info.progress.state, RunState::Completed);
    EXPECT_EQ(folderOf(loaded->info.description.origin), "/a/folder");
    EXPECT_EQ(loaded->info.description.taskFiles.at(0).hash, "0123");
    EXPECT_EQ(loaded->info.progress.writer.pid, 0U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder), {}), 1);
}

TEST_F(RunFileTest, HoldsTheRunsOfASession)
{
    std::vector<LoadedRun> runs;
    std::vector<EndedRun> ended;
    for (const std::uint64_t inputs : {500U, 2000U, 100U}) {
        const std::string other = (m_folder / std::to_string(inputs)).string();
        FakeRun run(other, description(inputs));
        liveThrough(run, inputs);
        run.finish(1'000'000'000'000);
        runs.push_back(std::move(*loadRunFile(other)));
        const LoadedRun &loaded = runs.back();
        ended.push_back({loaded.info.description, loaded.record.get(),
            {{{0, inputs}}, inputs, loaded.written, loaded.info.progress}});
    }
    const auto written = writeSession(m_path, RunFile::IfExists::Refuse, ended);
    ASSERT_TRUE(written) << written.error().message;
    for (std::uint32_t i = 0; i < runs.size(); ++i) {
        const auto loaded = loadRunFile(m_path, i + 1);
        ASSERT_TRUE(loaded) << loaded.error().message;
        EXPECT_EQ(loaded->info.run, i + 1);
        EXPECT_EQ(loaded->info.runs, 3U);
        EXPECT_EQ(everythingIn(*loaded->record), everythingIn(*runs[i].record));
    }
    const auto longest = loadRunFile(m_path);
    ASSERT_TRUE(longest);
    EXPECT_EQ(longest->info.run, 2U);
    EXPECT_EQ(loadRunFile(m_path, 4).error().message, m_path + " has no run 4: it has 3");
    EXPECT_FALSE(loadRunFile(m_path, 0));
}

TEST_F(RunFileTest, MarksOnceWhatTheLogHadDroppedBeforeItWasWritten)
{
    FakeRun run(m_path, description(10));
    run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
    const auto print = [&](const std::string &line) {
        run.recorder().take(event::WorkerPrinted{
            WorkerId{1}, {Output::Source::TaskOutput, {0, 1}, line + "\n"}, 100});
    };
    print("first");
    run.noteLate(200, [&] {
        for (int i = 0; i < 1200; ++i)
            print(std::string(60'000, 'x'));
    });
    run.finish(1000);
    const std::size_t kept = run.record().log.entries(0).entries.size();
    ASSERT_LT(kept, 1201U);
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const RunLog::Page page = loaded->record->log.entries(0);
    ASSERT_EQ(page.entries.size(), 1 + kept) << "none is there twice";
    EXPECT_EQ(page.entries.at(0)->text, droppedLines(1201 - kept, *page.entries.at(1)).text);
    EXPECT_EQ(page.entries.at(1)->text.size(), 60'000U);
}

TEST_F(RunFileTest, ACopyIsTheSameOrLeavesEverythingAsItWas)
{
    FakeRun run(m_path, description(2000));
    liveThrough(run, 2000);
    run.finish(1000);
    const std::string whole = read();
    const std::filesystem::path copy = m_folder / "copy.poolscope";
    std::ofstream(copy) << "before";
    std::ofstream(copy.string() + "-journal") << "of that before";

    const auto cancelled = copyRunFile(m_path, copy, [](double) { return false; });
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().message, "");
    EXPECT_EQ(std::filesystem::file_size(copy), 6U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder), {}), 3);

    double share = -1;
    const auto copied = copyRunFile(m_path, copy, [&](double now) {
        EXPECT_GT(now, share);
        share = now;
        sqlite3 *other = nullptr;
        sqlite3_open(m_path.c_str(), &other);
        EXPECT_EQ(sqlite3_exec(other, "DELETE FROM meta", nullptr, nullptr, nullptr), SQLITE_BUSY)
            << "nobody writes to it meanwhile";
        sqlite3_close(other);
        return true;
    });
    ASSERT_TRUE(copied) << copied.error().message;
    std::ifstream file(copy, std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(file), {}) == whole);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder), {}), 2);
    EXPECT_FALSE(copyRunFile(m_path, m_folder / "no" / "copy", [](double) { return true; }));
}

TEST_F(RunFileTest, HoldsWhatTheRecordHasLetGoOf)
{
    constexpr std::uint64_t count = 60'000; // spans take several pages in each lane
    const std::string other = m_path + "-2";
    FakeRun keeps(m_path, description(count));
    FakeRun letsGo(other, description(count), Recorder::Retention::UntilWritten);
    for (FakeRun *run : {&keeps, &letsGo}) {
        liveThrough(*run, count);
        run->finish(1'000'000'000'000'000);
    }
    EXPECT_FALSE(letsGo.record().timeline.hasSpans());
    const auto expected = loadRunFile(m_path);
    const auto loaded = loadRunFile(other);
    ASSERT_TRUE(expected && loaded);
    EXPECT_TRUE(everythingIn(*loaded->record) == everythingIn(*expected->record));
    EXPECT_FALSE(everythingIn(letsGo.record()) == everythingIn(keeps.record()));
}

TEST_F(RunFileTest, HoldsWhatWasNotedBeforeItWasBrokenOff)
{
    FakeRun run(m_path, description(300));
    run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 5});
    run.addReals({0, 100}, WorkerId{1}, 100);
    run.note(500);
    run.addReals({100, 100}, WorkerId{1}, 600);
    run.breakOff();
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto settled = loaded->record->outcomes->settled();
    EXPECT_LE(settled.size(), 1U);
    if (!settled.empty()) {
        EXPECT_EQ(settled.front(), (IndexRange{0, 100}));
    }
}

TEST_F(RunFileTest, Running)
{
    {
        FakeRun run(m_path, description(300));
        run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 5});
        run.addReals({0, 70}, WorkerId{1}, 100);
        run.recorder().take(event::ChunkDone{WorkerId{1}, {90, 95, 100, 150, 160, 170, 1}});
        run.addReals({100, 70}, WorkerId{1}, 200); // a chunk that was never answered whole
        run.fail(70, failureException, WorkerId{1}, 300);
        run.finish(500);
    }
    auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded);
    FakeRun run(m_path, std::move(*loaded));
    run.recorder().take(event::RunContinued{500});
    run.recorder().take(event::InputReopened{70, 500});
    run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 510});
    run.addReals({70, 30}, WorkerId{1}, 600);
    run.recorder().take(event::ChunkDone{WorkerId{1}, {590, 595, 600, 650, 660, 670, 1}});
    run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Gone, 700});
    run.finish(700);
    const auto again = loadRunFile(m_path);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(everythingIn(*again->record), everythingIn(run.record()));
    EXPECT_EQ(again->record->timeline.failed(), 0U);
    EXPECT_EQ(again->record->timeline.succeeded(), 170U);
}

/// The journal reads outcomes later than the snapshot that reports them.
TEST_F(RunFileTest, HoldsTheValueOfAnInputThatWasTriedAgainBeforeItWasWritten)
{
    FakeRun run(m_path, description(300));
    run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 5});
    run.fail(70, failureException, WorkerId{1}, 100);
    run.noteLate(200, [&] {
        run.recorder().take(event::InputReopened{70, 250});
        run.addText(70, "a value", WorkerId{1}, 300);
    });
    while (!readRunFileInfo(m_path) || readRunFileInfo(m_path)->progress.batches == 0)
        std::this_thread::yield();
    run.finish(500);
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->record->outcomes->read(70)->view.text, "a value");
    EXPECT_EQ(loaded->record->timeline.succeeded(), 1U);
    EXPECT_EQ(loaded->record->timeline.failed(), 0U);
}

TEST_F(RunFileTest, HoldsOneOutcomeOfAnInputThatTwoSnapshotsReport)
{
    FakeRun run(m_path, description(300));
    run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 5});
    run.addReals({0, 70}, WorkerId{1}, 50);
    run.fail(70, failureException, WorkerId{1}, 100);
    run.noteLate(200, [&] {
        run.recorder().take(event::InputReopened{70, 250});
        run.addReals({70, 130}, WorkerId{1}, 300);
        run.note(400);
    });
    run.finish(500);
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->record->timeline.succeeded(), 200U);
    EXPECT_EQ(loaded->record->timeline.failed(), 0U);
    EXPECT_EQ(loaded->record->outcomes->settled(), (std::vector<IndexRange>{{0, 200}}));
}

TEST_F(RunFileTest, HoldsOutcomesLongerThanABatch)
{
    const std::string text = [] {
        std::string long_(runfile::largestBatch + 17, '\0');
        std::mt19937 random(1);
        for (char &c : long_)
            c = static_cast<char>(random());
        return long_;
    }();
    FakeRun run(m_path, description(3));
    run.addText(0, "short", WorkerId{1}, 10);
    run.addText(1, text, WorkerId{1}, 100);
    run.addText(2, "short", WorkerId{1}, 200);
    run.finish(300);
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(loaded->record->outcomes->read(1)->view.text == text);
    EXPECT_EQ(loaded->record->outcomes->read(2)->view.text, "short");
}

TEST_F(RunFileTest, HoldsManySpansAndChunkTimes)
{
    constexpr std::uint64_t count = 300'000;
    FakeRun run(m_path, description(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t time = 100 + i * 1000;
        run.recorder().take(event::SpanDone{WorkerId{1}, {time, 500, i, 1}});
        run.recorder().take(event::ChunkDone{WorkerId{1},
            {time - 90, time - 50, time, time + 500, time + 510, time + 600 + i % 7, 1}});
    }
    run.finish(count * 2000);
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    loaded->record->timeline.marks();
    const ChunkTimeLog &chunkTimes = loaded->record->timeline.worker(0).chunkTimes();
    EXPECT_EQ(chunkTimes.size(), count);
    EXPECT_EQ(chunkTimes.packed(0, chunkTimes.packedSize()),
        run.record().timeline.worker(0).chunkTimes().packed(0, chunkTimes.packedSize()));
}

TEST_F(RunFileTest, HoldsChunksWhoseSpansWereWrittenBeforeTheirTimes)
{
    const auto chunkAt = [](std::uint64_t time) {
        return event::ChunkDone{
            WorkerId{1}, {time - 40, time - 20, time, time + 50, time + 60, time + 70, 1}};
    };
    for (const std::uint64_t spansLater : {0U, 1U, 3U}) {
        std::filesystem::remove(m_path);
        FakeRun run(m_path, description(300));
        run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 5});
        for (const std::uint64_t time : {100U, 200U, 300U})
            run.addReals({time / 100, 1}, WorkerId{1}, time);
        run.note(400);
        while (!readRunFileInfo(m_path) || readRunFileInfo(m_path)->progress.batches == 0)
            std::this_thread::yield();
        for (const std::uint64_t time : {100U, 200U, 300U})
            run.recorder().take(chunkAt(time));
        for (std::uint64_t i = 0; i < spansLater; ++i) {
            run.addReals({i + 4, 1}, WorkerId{1}, 500 + 100 * i);
            run.recorder().take(chunkAt(500 + 100 * i));
        }
        run.finish(1000);
        const auto loaded = loadRunFile(m_path);
        ASSERT_TRUE(loaded) << loaded.error().message << ", " << spansLater << " spans later";
        EXPECT_EQ(loaded->record->timeline.worker(0).chunkTimes().size(), 3 + spansLater);
    }
}

TEST_F(RunFileTest, IsHeldByOneProcess)
{
    auto first = RunFile::create(m_path, description(3), RunFile::IfExists::Refuse);
    ASSERT_TRUE(first);
    const auto second = RunFile::reopen(m_path);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message,
        HasSubstr("is being written by process " + std::to_string(getpid())));
    EXPECT_THAT(RunFile::create(m_path, description(3), RunFile::IfExists::Refuse).error().message,
        HasSubstr("exists already"));
    EXPECT_FALSE(RunFile::create(m_path, description(3), RunFile::IfExists::Replace));
    EXPECT_TRUE(readRunFileInfo(m_path));
    (*first)->close();
    first->reset();
    EXPECT_TRUE(RunFile::reopen(m_path));
    EXPECT_TRUE(RunFile::create(m_path, description(3), RunFile::IfExists::Replace));
}

TEST_F(RunFileTest, WaitsForWhatADeadProgramLeftBehind)
{
    const pid_t program = fork();
    if (program == 0)
        _exit(RunFile::create(m_path, description(3), RunFile::IfExists::Refuse) ? 0 : 1);
    int status = -1;
    ASSERT_EQ(waitpid(program, &status, 0), program);
    ASSERT_EQ(status, 0);
    const int leftOver = open(m_path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(leftOver, LOCK_EX), 0);
    std::thread dying([leftOver] {
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
        ::close(leftOver);
    });
    EXPECT_TRUE(RunFile::reopen(m_path));
    dying.join();
}

TEST_F(RunFileTest, IsNotHeldByAProcessThatHasEnded)
{
    const pid_t zombie = fork();
    if (zombie == 0)
        _exit(RunFile::create(m_path, description(3), RunFile::IfExists::Refuse) ? 0 : 1);
    siginfo_t ended = {};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(zombie), &ended, WEXITED | WNOWAIT), 0);
    const auto info = readRunFileInfo(m_path);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->progress.writer.pid, static_cast<std::uint32_t>(zombie));
    EXPECT_FALSE(isAlive(info->progress.writer));
    EXPECT_TRUE(isAlive(thisProcess()));
    EXPECT_TRUE(RunFile::reopen(m_path));
    ASSERT_EQ(waitpid(zombie, nullptr, 0), zombie);
    EXPECT_FALSE(isAlive(info->progress.writer));
    EXPECT_FALSE(isAlive({99'999'999, 0, thisProcess().host})) << "of a process that never was";
}

TEST_F(RunFileTest, IsLostWhereItIsNotTheFileThatWasMade)
{
    const auto file = [this] {
        return std::filesystem::path(m_path);
    };
    const std::map<std::string, std::function<void()>> ways{
        {"was removed or renamed",
            [&] {
                std::filesystem::remove(file());
            }},
        {"was replaced by another file",
            [&] {
                std::filesystem::copy_file(file(), m_folder / "copy");
                std::filesystem::rename(m_folder / "copy", file());
            }},
        {"was cut short",
            [&] {
                std::filesystem::resize_file(file(), 8192);
            }},
        {"cannot write",
            [&] {
                write(std::string(std::filesystem::file_size(file()), 'x'));
            }},
    };
    for (const auto &[why, lose] : ways) {
        std::filesystem::remove(m_path);
        FakeRun run(m_path, description(300));
        run.recorder().take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 5});
        run.addReals({0, 100}, WorkerId{1}, 100);
        run.note(500);
        while (!readRunFileInfo(m_path) || readRunFileInfo(m_path)->progress.succeeded < 100)
            std::this_thread::yield();
        lose();
        for (std::uint64_t first = 100; first < 300; first += 100) {
            run.addReals({first, 100}, WorkerId{1}, 100 + first);
            run.note(500 + first);
        }
        const std::vector<std::string> losses = run.finishWithoutFile(2000, 300);
        ASSERT_EQ(losses.size(), 1U) << why;
        EXPECT_THAT(losses.front(), HasSubstr(why));
        EXPECT_THAT(losses.front(), HasSubstr("the run can no longer be kept"));
    }
}

TEST_F(RunFileTest, IsLostWhereItWasCutShortInATransaction)
{
    const std::string data(100'000, 'd');
    auto made = RunFile::create(m_path, description(3), RunFile::IfExists::Refuse);
    ASSERT_TRUE(made) << made.error().message;
    RunFile &file = **made;
    const auto add = [&](int batches) {
        Result<void> added;
        for (int i = 0; i < batches && added; ++i)
            added = file.add({0, BatchKind::Log, noWorker, 0, 0, data});
        return added;
    };
    ASSERT_TRUE(
        file.begin().and_then([&] { return add(20); }).and_then([&] { return file.commit({}); }));
    ASSERT_TRUE(file.begin().and_then([&] { return add(10); }));
    std::filesystem::resize_file(m_path, 200'000);
    const auto closed =
        add(10).and_then([&] { return file.commit({}); }).and_then([&] { return file.close(); });
    ASSERT_FALSE(closed);
    EXPECT_THAT(closed.error().message, HasSubstr("was cut short"));
    EXPECT_TRUE(file.isLost());
}

TEST_F(RunFileTest, IsNotLostWhereATransactionIsTakenBack)
{
    const std::string data(1'000'000, 'd');
    auto made = RunFile::create(m_path, description(3), RunFile::IfExists::Refuse);
    ASSERT_TRUE(made) << made.error().message;
    RunFile &file = **made;
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(file.begin());
        for (int batch = 0; batch < 20; ++batch)
            ASSERT_TRUE(file.add({0, BatchKind::Log, noWorker, 0, 0, data}));
        file.rollback();
    }
    ASSERT_TRUE(file.begin().and_then([&] { return file.commit({}); }));
    const auto closed = file.close();
    EXPECT_TRUE(closed) << closed.error().message;
}

TEST_F(RunFileTest, HasNoHoleButTheOneThatSqliteLeaves)
{
    // Its locks are at 1 GiB; on a disk, since memory for tests may be small.
    std::string name = std::filesystem::temp_directory_path() / "runfile-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    const std::string path = std::filesystem::path(name) / "run.poolscope";
    const std::string data(1'000'000, 'd');
    auto made = RunFile::create(path, description(3), RunFile::IfExists::Refuse);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE((*made)->begin());
    Result<void> added;
    for (int batch = 0; batch < 1100 && added; ++batch)
        added = (*made)->add({0, BatchKind::Log, noWorker, 0, 0, data});
    const auto closed = added.and_then([&] { return (*made)->commit({}); }).and_then([&] {
        return (*made)->close();
    });
    std::filesystem::remove_all(name);
    ASSERT_TRUE(closed) << closed.error().message;
}

TEST_F(RunFileTest, IsCalledWhatItsOwnerCallsIt)
{
    FakeRun(m_path, description(3)).finish(10);
    const RunLabel label{"a name", "a note\nof two lines \xff"};
    ASSERT_TRUE(setRunLabel(m_path, label));
    const auto info = readRunFileInfo(m_path);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->label.name, label.name);
    EXPECT_EQ(info->label.note, label.note);
}

void expectRefused(const std::string &path, const std::string &why)
{
    const auto loaded = loadRunFile(path);
    ASSERT_FALSE(loaded) << why;
    EXPECT_THAT(loaded.error().message, HasSubstr(why));
    EXPECT_THAT(loaded.error().message, HasSubstr(path));
    EXPECT_THAT(loaded.error().message, Not(HasSubstr("\n")));
    EXPECT_FALSE(setRunLabel(path, {"x", ""}));
}

TEST_F(RunFileTest, RefusesWhatIsNoRunFile)
{
    expectRefused(m_path, "No such file");
    write("");
    expectRefused(m_path, "is not a run file");
    write(std::string(5000, 'x'));
    expectRefused(m_path, "is not a run file");
    write(std::string("SQLite format 3\0", 16) + std::string(9000, '\1'));
    expectRefused(m_path, "");
    write("");
    {
        auto database = sqlite::Database::open(m_path, sqlite::Mode::ReadWrite);
        ASSERT_EQ(database->execute("CREATE TABLE notes(text)"), 0);
    }
    expectRefused(m_path, "is not a run file of Poolscope");
    expectRefused(m_folder.string(), "is not a regular file");
}

TEST_F(RunFileTest, TellsAFileThatIsLockedFromADamagedOne)
{
    {
        FakeRun run(m_path, description(300));
        run.finish(1000);
    }
    auto writer = sqlite::Database::open(m_path, sqlite::Mode::ReadWrite);
    ASSERT_EQ(writer->execute("BEGIN EXCLUSIVE"), 0);
    const auto locked = RunFileReader::open(m_path, std::chrono::milliseconds(10));
    ASSERT_FALSE(locked);
    EXPECT_THAT(locked.error().message, HasSubstr("another program has been writing it"));
    ASSERT_EQ(writer->execute("COMMIT"), 0);
    EXPECT_TRUE(RunFileReader::open(m_path));
}

TEST_F(RunFileTest, RefusesOtherVersionsAndForeignTables)
{
    for (const auto &[sql, why] :
        std::map<const char *, const char *>{
            {"PRAGMA user_version = 1",
                "is a run file of version 1, which this Poolscope cannot read: it reads version 2"},
            {"PRAGMA user_version = 3", "is a run file of version 3"},
            {"CREATE TABLE another(x)", "its tables are not"},
            {"CREATE TABLE more(x)", "more than the tables"},
            {"CREATE TRIGGER t AFTER INSERT ON batches BEGIN DELETE FROM meta; END",
                "more than the tables"},
            {"DROP TABLE batches; CREATE VIEW batches AS SELECT 1", "its tables are not"},
            {"DELETE FROM meta WHERE key = 'progress 1'", "it has no 'progress 1'"},
            {"DELETE FROM meta WHERE key = 'session'", "it has no 'session'"},
            {"DELETE FROM batches WHERE number = 2", "batch 2 is missing"},
            {"UPDATE batches SET data = zeroblob(800) WHERE kind = 1", "checksum"},
            {"UPDATE batches SET data = 7", "malformed"},
            {"UPDATE batches SET worker = 100000", "malformed"},
            {"UPDATE meta SET value = '{}'", "checksum"}}) {
        std::filesystem::remove(m_path);
        FakeRun run(m_path, description(300));
        run.addReals({0, 100}, WorkerId{1}, 100);
        run.finish(1000);
        {
            auto database = sqlite::Database::open(m_path, sqlite::Mode::ReadWrite);
            ASSERT_EQ(database->execute(sql), 0) << sql << database->errorText();
        }
        const auto loaded = loadRunFile(m_path);
        ASSERT_FALSE(loaded) << sql;
        EXPECT_THAT(loaded.error().message, HasSubstr(why)) << sql;
    }
}

/// Batches that carry the right checksum, and that no run can have written.
TEST_F(RunFileTest, BelievesNoBatch)
{
    const std::string few(8, '\0');
    const std::string huge(9, '\xff');
    const std::string span = [] {
        std::string bytes;
        VarintWriter writer(bytes);
        for (const std::uint64_t number : {1ULL << 59, 1ULL << 59, 0ULL, 1ULL})
            writer.number(number);
        return bytes;
    }();
    const std::string twoSpans = span + span;
    for (const RecordBatch &batch :
        std::vector<RecordBatch>{{0, BatchKind::Reals, noWorker, 2, 2, few},
            {0, BatchKind::Reals, noWorker, 0, 1ULL << 61, few},
            {0, BatchKind::Integers, noWorker, ~0ULL, 1, few},
            {0, BatchKind::Integers, noWorker, 3, 1, few},
            {0, BatchKind::Outcomes, noWorker, 0, 1, ""},
            {0, BatchKind::Outcomes, noWorker, 0, ~0ULL, few},
            {0, BatchKind::Outcomes, noWorker, 0, 1, huge},
            {0, BatchKind::Part, noWorker, 0, 0, few},
            {0, BatchKind::Spans, WorkerId{1}, 0, 1, huge},
            {0, BatchKind::Spans, noWorker, 0, 0, ""},
            {0, BatchKind::Spans, WorkerId{1}, 0, 2, twoSpans},
            {0, BatchKind::ChunkTimes, WorkerId{1}, 0, 0, few},
            {0, BatchKind::Marks, noWorker, 0, 1, huge}, {0, BatchKind::Marks, noWorker, 0, 1, few},
            {0, BatchKind::Worker, WorkerId{1}, 0, 0, huge},
            {0, BatchKind::Worker, noWorker, 0, 0, few},
            {0, BatchKind::Log, noWorker, 0, ~0ULL, huge},
            {0, BatchKind::Failures, noWorker, 0, 1, huge}}) {
        std::filesystem::remove(m_path);
        auto file = RunFile::create(m_path, description(3), RunFile::IfExists::Refuse);
        ASSERT_TRUE(file);
        RunProgress progress;
        progress.workers = numberOf(batch.worker);
        ASSERT_TRUE((*file)->begin());
        ASSERT_TRUE((*file)->add(batch));
        ASSERT_TRUE((*file)->commit(progress));
        (*file)->close();
        const auto loaded = loadRunFile(m_path);
        ASSERT_FALSE(loaded) << static_cast<int>(batch.kind) << ' ' << batch.first;
        EXPECT_THAT(loaded.error().message, HasSubstr("is damaged"));
    }
}

TEST_F(RunFileTest, IsRefusedOrWholeWhicheverByteIsDamaged)
{
    FakeRun run(m_path, description(60));
    liveThrough(run, 60);
    run.finish(1'000'000'000'000);
    const std::string good = read();
    const auto loaded = loadRunFile(m_path);
    ASSERT_TRUE(loaded);
    const std::string whole = everythingIn(*loaded->record);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        if (good[at] == 0 && at % 31 != 0)
            continue; // mostly room that nothing stands in
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0xff);
        write(bad);
        const auto damaged = loadRunFile(m_path);
        if (damaged) {
            ASSERT_EQ(everythingIn(*damaged->record), whole) << "byte " << at;
            continue;
        }
        ++refused;
        ASSERT_THAT(damaged.error().message, Not(HasSubstr("\n")));
    }
    EXPECT_GT(refused, 1000U);
}

TEST_F(RunFileTest, IsRefusedWhereverItIsCutShort)
{
    FakeRun run(m_path, description(60));
    liveThrough(run, 60);
    run.finish(1'000'000'000'000);
    const std::string good = read();
    for (std::size_t size = 0; size < good.size(); size += 512) {
        write(good.substr(0, size));
        ASSERT_FALSE(loadRunFile(m_path)) << size;
    }
}

} // namespace
} // namespace poolscope
