// SPDX-License-Identifier: GPL-3.0-or-later
// Rings that this test writes, as the hooks of a watched Python would.
#include "record/recorder.h"
#include "record/runrecord.h"
#include "watch/ring.h"
#include "watch/watchedpools.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

namespace poolscope::watch {
namespace {

using Words = std::vector<std::uint64_t>;

/// A ring file and what has been written to it.
class RingFile {
public:
    explicit RingFile(std::filesystem::path path, std::uint64_t capacity = 1U << 16)
        : m_path(std::move(path))
        , m_words(512 + capacity / 8)
    {
        m_words[0] = 0x3148435441575350;
        m_words[1] = static_cast<std::uint64_t>(::getpid());
        m_words[2] = static_cast<std::uint64_t>(::gettid());
        m_words[5] = capacity;
        save();
    }

    void set(std::size_t word, std::uint64_t value) { m_words[word] = value; }
    std::uint64_t &head(std::size_t record) { return m_words[512 + record]; }
    void save() const
    {
        std::fstream file(m_path, std::ios::binary | std::ios::in | std::ios::out);
        if (!file)
            file.open(m_path, std::ios::binary | std::ios::out);
        file.write(reinterpret_cast<const char *>(m_words.data()),
            static_cast<std::streamsize>(m_words.size() * 8));
    }

    /// Adds a record that stands for 16 of its kind.
    void addSampled(RecordKind kind, const Words &words)
    {
        append(static_cast<std::uint64_t>(kind) | 1U << 8U, words, {});
    }
    void add(RecordKind kind, const Words &words, const std::vector<std::string> &texts = {})
    {
        append(static_cast<std::uint64_t>(kind), words, texts);
    }

    std::string path() const { return m_path.string(); }

private:
    /// `head` is the kind and the flags.
    void append(std::uint64_t head, const Words &words, const std::vector<std::string> &texts)
    {
        Words record{0};
        record.insert(record.end(), words.begin(), words.end());
        for (const std::string &text : texts) {
            record.push_back(text.size());
            for (std::size_t i = 0; i < text.size(); i += 8) {
                std::uint64_t word = 0;
                std::memcpy(&word, text.data() + i, std::min<std::size_t>(8, text.size() - i));
                record.push_back(word);
            }
        }
        const std::uint64_t capacity = m_words[5] / 8;
        const std::uint64_t at = m_words[6] / 8 % capacity;
        if (at + record.size() > capacity) {
            m_words[512 + at] = (capacity - at) << 16U;
            m_words[6] += (capacity - at) * 8;
        }
        record[0] = head | record.size() << 16U;
        std::copy(record.begin(), record.end(),
            m_words.begin() + 512 + static_cast<std::ptrdiff_t>(m_words[6] / 8 % capacity));
        m_words[6] += record.size() * 8;
        save();
    }

    std::filesystem::path m_path;
    Words m_words;
};

class RingTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "watch-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        m_folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    std::filesystem::path m_folder;
};

TEST_F(RingTest, GivesEachRecordOnceAndGoesRound)
{
    RingFile file(m_folder / "1-1.ring", 4096);
    const auto ring = Ring::open(file.path());
    ASSERT_TRUE(ring) << ring.error().message;
    std::uint64_t expected = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        file.add(RecordKind::PoolEnded, Words(1 + i % 5, i));
        (*ring)->look();
        const auto read = (*ring)->read([&](RecordKind kind, RecordWords &words) {
            if (kind == RecordKind::Padding)
                return;
            EXPECT_EQ(words.number(), expected++);
        });
        ASSERT_TRUE(read) << read.error().message;
    }
    EXPECT_EQ(expected, 1000U);
}

TEST_F(RingTest, IsMalformedForGoodAfterARecordThatCannotBeRight)
{
    for (const std::uint64_t head : Words{8, 8U | 1000U << 16U}) {
        RingFile file(m_folder / "1-1.ring");
        file.add(RecordKind::PoolEnded, {1, 2});
        file.head(0) = head;
        file.save();
        const auto ring = Ring::open(file.path());
        ASSERT_TRUE(ring);
        const auto nothing = [](RecordKind, RecordWords &) {
        };
        (*ring)->look();
        EXPECT_FALSE((*ring)->read(nothing));
        file.add(RecordKind::PoolEnded, {1, 2});
        (*ring)->look();
        EXPECT_TRUE((*ring)->read([](RecordKind, RecordWords &) { ADD_FAILURE(); }));
    }
}

TEST_F(RingTest, IsRefusedWithoutARightHeader)
{
    RingFile file(m_folder / "1-1.ring");
    EXPECT_TRUE(Ring::open(file.path()));
    for (const auto &[word, value] : {std::pair<std::size_t, std::uint64_t>{0, 1}, {5, 0},
             {5, 4097}, {5, 1ULL << 40U}, {5, 8}}) {
        RingFile other(m_folder / "1-2.ring");
        other.set(word, value);
        other.save();
        EXPECT_FALSE(Ring::open(other.path())) << word << ' ' << value;
    }
    EXPECT_FALSE(Ring::open((m_folder / "none").string()));
}

/// Keeps a record of each call.
class Listener : public WatchListener {
public:
    struct Run {
        RunRecord record;
        std::unique_ptr<Recorder> recorder;
    };

    EventSink *callBegan(const WatchedCall &call) override
    {
        if (isFull)
            return nullptr;
        auto run = std::make_unique<Run>();
        run->record.origin = call;
        run->record.outcomes =
            std::move(*OutcomeStore::make(CallReporter::mostInputs, OutcomeStore::Keep::All));
        run->recorder = std::make_unique<Recorder>(run->record.timeline, *run->record.outcomes,
            run->record.log, nullptr, Recorder::Retention::Everything,
            [](const std::string &why) { FAIL() << why; });
        runs.push_back(std::move(run));
        return runs.back()->recorder.get();
    }
    void warned(const std::string &line) override { warnings.push_back(line); }

    std::vector<std::unique_ptr<Run>> runs;
    std::vector<std::string> warnings;
    bool isFull = false;
};

class WatchedPoolsTest : public RingTest {
protected:
    static constexpr std::uint64_t pool = 77;

    void read()
    {
        for (const auto &ring : m_rings) {
            ring->look();
            ASSERT_TRUE(ring->read(
                [&](RecordKind kind, RecordWords &words) { m_pools.take(*ring, kind, words); }));
        }
        m_pools.report(m_rings);
    }
    void open(const RingFile &file) { m_rings.push_back(std::move(*Ring::open(file.path()))); }
    static void makePool(RingFile &file, std::uint64_t processes = 2)
    {
        file.add(RecordKind::Pool, {pool, 1000, processes, 1, 0, 8},
            {"fork", "multiprocessing", "/code/post.py"});
    }
    static void makeCall(RingFile &file, std::uint64_t inputs, std::uint64_t chunk)
    {
        file.add(RecordKind::Call, {pool, 1, 0, 2000, chunk, inputs, 9},
            {"imap", "task", "/code/post.py"});
    }
    const Timeline &timeline(std::size_t run = 0) const
    {
        return m_listener.runs.at(run)->record.timeline;
    }

    Listener m_listener;
    WatchedPools m_pools{m_listener, {"python3", "post.py"}, "/code", 500};
    std::vector<std::unique_ptr<Ring>> m_rings;
};

TEST_F(WatchedPoolsTest, JoinWhatIsReadInAnyOrder)
{
    RingFile worker(m_folder / "1-1.ring");
    RingFile parent(m_folder / "1-2.ring");
    open(worker); // is read before its parent
    open(parent);
    worker.add(RecordKind::Worker, {pool, 1500}, {"CPython 3.11.2"});
    worker.add(RecordKind::Span, {pool, 0, 1, 0, 2, 5000, 5100});
    worker.add(RecordKind::Span, {pool, 0, 1, 2, 1, 5100, 5900});
    worker.add(RecordKind::Chunk,
        {pool, 0, 1, 3, 0, 4000, 4100, 4200, 4900, 5000, 6000, 6100, 6300, 45, 30});
    read();
    EXPECT_TRUE(m_listener.runs.empty());
    makePool(parent);
    makeCall(parent, 6, 3);
    parent.add(RecordKind::Put, {pool, 0, 1, 45, 3000, 3100, 3500});
    worker.add(RecordKind::Light, {pool, 0, 0, 3, 0, 7000, 7600});
    read();
    ASSERT_EQ(m_listener.runs.size(), 1U);
    EXPECT_EQ(timeline().succeeded(), 6U);
    const Lane &lane = timeline().worker(0).lane();
    EXPECT_EQ(lane.size(), 3U);
    EXPECT_EQ(lane.span(0).first, 3U);
    EXPECT_EQ(lane.span(0).begin, 3000U) << "since the call";
    EXPECT_EQ(lane.span(2).first, 0U);
    EXPECT_EQ(timeline().worker(0).identity().runtime, "CPython 3.11.2");
    ChunkTimeLog::Reader chunks(timeline().worker(0).chunkTimes(), lane);
    const auto first = chunks.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->sent, 1500U);
    EXPECT_EQ(first->received, 2200U);
    EXPECT_EQ(first->answered, 4300U);
    EXPECT_EQ(first->spans, 2U);
    const CallReporter &call = *m_pools.calls().front();
    EXPECT_TRUE(call.hasEnded());
    EXPECT_EQ(call.call().cost.lockWaits, 100U);
    EXPECT_EQ(call.call().file, "/code/post.py");
    EXPECT_EQ(call.call().begin, 1500U) << "since the start of the command";
}

TEST_F(WatchedPoolsTest, ScaleTheParentsTimesUpIfSomeChunksAreRecorded)
{
    constexpr std::uint64_t ms = 1'000'000;
    RingFile file(m_folder / "1-1.ring");
    open(file);
    makePool(file);
    makeCall(file, 100, 1);
    // One chunk in 16 is recorded. Each takes half of its millisecond.
    file.add(RecordKind::Put, {pool, 0, 0, 45, ms, ms + ms / 2, ms + ms / 2});
    for (std::uint64_t index = 16; index <= 64; index += 16) {
        const std::uint64_t begin = ms * (index + 1);
        file.addSampled(
            RecordKind::Put, {pool, 0, index, 45, begin, begin + ms / 2, begin + ms / 2});
    }
    // A write that waits for room in the pipe is no work.
    file.add(RecordKind::Put, {pool, 0, 65, 45, 66 * ms, 66 * ms + 1000, 100 * ms});
    // Results that come in another order are not more.
    for (const std::uint64_t index : {0U, 20U, 10U, 40U})
        file.add(RecordKind::Got,
            {pool, 0, index, 45, (50 + index) * ms, (51 + index) * ms, (51 + index) * ms});
    file.add(RecordKind::Consumed, {1, 10, 20 * ms, 30 * ms, 60 * ms});
    read();
    const ParentTimes &parent = m_pools.calls().front()->call().parent;
    const auto busy = [&](ParentActivity activity) {
        return static_cast<double>(parent.total(activity)) / static_cast<double>(ms);
    };
    EXPECT_NEAR(busy(ParentActivity::Sending), 65 * 0.5, 1);
    EXPECT_NEAR(parent.share(ParentActivity::Sending, 20 * ms, 60 * ms), 0.5, 0.01);
    EXPECT_LT(parent.share(ParentActivity::Sending, 70 * ms, 100 * ms), 0.01);
    EXPECT_NEAR(busy(ParentActivity::Receiving), 4, 0.01);
    EXPECT_NEAR(busy(ParentActivity::Looping), 30, 0.01);
    EXPECT_LT(parent.share(ParentActivity::Looping, 0, 9 * ms), 0.01) << "before the loop";
}

TEST_F(WatchedPoolsTest, CountEachInputOnceHoweverManyRecordsAreLost)
{
    RingFile file(m_folder / "1-1.ring");
    open(file);
    makePool(file);
    makeCall(file, 100, 1);
    file.add(RecordKind::Worker, {pool, 1500}, {"CPython"});
    file.add(RecordKind::Light, {pool, 0, 0, 1, 0, 3000, 3100});
    file.add(RecordKind::Lost, {pool, 0, 60, 60, 2, 3100, 4000});
    for (std::uint64_t index = 1; index < 40; ++index)
        file.add(RecordKind::Light, {pool, 0, index, 1, 0, 4000 + index, 4001 + index});
    read();
    EXPECT_EQ(timeline().settled(), 100U);
    EXPECT_EQ(timeline().failed(), 2U);
    EXPECT_EQ(m_listener.runs[0]->record.outcomes->firstMissing(0), 100U);
    EXPECT_EQ(m_pools.calls().front()->call().cost.lostInputs, 60U);
}

TEST_F(WatchedPoolsTest, TakeAFailedChunkForFailuresOfAllItsInputs)
{
    RingFile file(m_folder / "1-1.ring");
    open(file);
    makePool(file);
    makeCall(file, 4, 2);
    file.add(RecordKind::Worker, {pool, 1500}, {"CPython"});
    file.add(RecordKind::Failure, {pool, 0, 0, 1, 3000}, {"ValueError", "no", "Traceback"});
    file.add(RecordKind::Light, {pool, 0, 0, 2, 2, 3000, 3100});
    file.add(RecordKind::Light, {pool, 0, 1, 2, 0, 3200, 3300});
    read();
    EXPECT_EQ(timeline().failed(), 2U);
    EXPECT_EQ(timeline().succeeded(), 2U);
    const auto outcome = m_listener.runs[0]->record.outcomes->read(1);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->view.failure.type, "ValueError");
    EXPECT_EQ(outcome->view.failure.detail, "Traceback");
}

TEST_F(WatchedPoolsTest, EndACallOfSubmittedInputsWithItsPool)
{
    RingFile file(m_folder / "1-1.ring");
    open(file);
    makePool(file);
    file.add(RecordKind::Call, {pool, 1, none, 2000, 1, none, 9}, {"apply_async", "f", ""});
    file.add(RecordKind::Worker, {pool, 1500}, {"CPython"});
    for (std::uint64_t job = 10; job < 13; ++job) {
        file.add(RecordKind::SubmitRange, {1, job, job - 10, 1, 1, 2100});
        file.add(RecordKind::Light, {pool, job, 0, 1, 0, 3000 + job, 3001 + job});
    }
    read();
    EXPECT_EQ(timeline().succeeded(), 3U);
    EXPECT_FALSE(m_pools.calls().front()->hasEnded());
    file.add(RecordKind::PoolEnded, {pool, 9000});
    read();
    EXPECT_TRUE(m_pools.calls().front()->hasEnded());
    EXPECT_EQ(m_pools.calls().front()->inputs(), 3U);
}

TEST_F(WatchedPoolsTest, CountCallsThatCannotBeRecorded)
{
    RingFile file(m_folder / "1-1.ring");
    open(file);
    m_listener.isFull = true;
    makePool(file);
    makeCall(file, 2, 1);
    file.add(RecordKind::Worker, {pool, 1500}, {"CPython"});
    file.add(RecordKind::Light, {pool, 0, 0, 1, 0, 3000, 3100});
    read();
    EXPECT_EQ(m_pools.callsLeftOut(), 1U);
    EXPECT_TRUE(m_pools.calls().empty());
}

TEST_F(WatchedPoolsTest, SurviveAnyRecords)
{
    std::mt19937_64 random(7);
    for (int round = 0; round < 300; ++round) {
        RingFile file(m_folder / "1-1.ring");
        Listener listener;
        WatchedPools pools(listener, {"x"}, "/", 0);
        const auto ring = Ring::open(file.path());
        ASSERT_TRUE(ring);
        makePool(file);
        makeCall(file, random() % 100, 1 + random() % 4);
        for (int record = 0; record < 60; ++record) {
            Words words;
            for (std::uint64_t i = random() % 17; i > 0; --i) {
                const std::uint64_t choice = random() % 6;
                words.push_back(choice < 2 ? pool : choice < 5 ? random() % 100 : random());
            }
            if (!words.empty() && random() % 4 > 0)
                words[0] = pool;
            file.add(static_cast<RecordKind>(random() % 27), words);
        }
        (*ring)->look();
        (void)(*ring)->read(
            [&](RecordKind kind, RecordWords &words) { pools.take(**ring, kind, words); });
        pools.report({});
        pools.end();
        for (const auto &run : listener.runs) {
            const Timeline &timeline = run->record.timeline;
            EXPECT_LE(timeline.settled(), CallReporter::mostInputs);
        }
    }
}

} // namespace
} // namespace poolscope::watch
