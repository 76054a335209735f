// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/appendlog.h"
#include "record/bloblog.h"
#include "record/chunktimelog.h"
#include "record/lane.h"
#include "record/memorypages.h"
#include "record/outcomestore.h"
#include "record/runlog.h"
#include "wire/codec.h"
#include "wire/outcomecodec.h"

#include <bit>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <sys/mount.h>
#include <sys/sysinfo.h>
#include <thread>
#include <unistd.h>

namespace poolscope {
namespace {

TEST(AppendLog, IsReadWhileItGrows)
{
    constexpr std::uint64_t count = 300'000;
    AppendLog<std::uint64_t> log;
    std::jthread writer([&] {
        for (std::uint64_t i = 0; i < count; ++i)
            log.append(i * 7);
    });
    for (std::size_t size = 0; size < count;) {
        size = log.size();
        if (size > 0) {
            ASSERT_EQ(log[size - 1], (size - 1) * 7);
            ASSERT_EQ(log[size / 2], size / 2 * 7);
        }
    }
}

TEST(AppendLog, LetsGoOfWhatIsNotReadAnyMore)
{
    constexpr std::uint64_t count = 300'000;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / sizeof(std::uint64_t);
    constexpr std::size_t letGo = count / 2;
    AppendLog<std::uint64_t> log;
    for (std::uint64_t i = 0; i < count; ++i) {
        log.append(i + 1);
        if (i % 1000 == 0)
            log.releaseBelow(i / 2);
    }
    log.releaseBelow(letGo);
    for (std::size_t i = letGo; i < count; ++i)
        ASSERT_EQ(log[i], i + 1);
    // What is left has the pages at the ends of blocks, and the one with the first that is kept.
    std::size_t left = 0;
    for (std::size_t i = 0; i < letGo; ++i)
        left += log[i] != 0;
    constexpr std::size_t blocks = 12;
    EXPECT_LE(left, (2 * blocks + 1) * page);
}

TEST(MemoryPages, AreReservedBeyondWhatTheMachineHas)
{
    std::ifstream policy("/proc/sys/vm/overcommit_memory");
    if (policy.get() != '0')
        GTEST_SKIP() << "this system refuses what it does not have always, or never";
    struct sysinfo system { };
    ASSERT_EQ(::sysinfo(&system), 0);
    const std::size_t size = 2 * (system.totalram + system.totalswap) * system.mem_unit;
    auto *bytes = static_cast<unsigned char *>(reservePages(size));
    bytes[size - 1] = 7;
    EXPECT_EQ(bytes[0], 0);
    EXPECT_EQ(bytes[size - 1], 7);
    releasePages(bytes, size);
}

TEST(Lane, KnowsTheSpansThatItHasNotLetGoOf)
{
    constexpr std::uint64_t count = 10'000;
    const auto spanAt = [](std::uint64_t i) {
        return Span{i * 100, 10 + i % 7, i * 3, 3};
    };
    Lane lane;
    for (std::uint64_t i = 0; i < count; ++i)
        lane.append(spanAt(i));
    for (const std::size_t position : {0, 1, 4096, 5000, 9999}) {
        lane.releaseBelow(position);
        for (std::size_t i = position; i < count; ++i) {
            ASSERT_EQ(lane.span(i).begin, spanAt(i).begin);
            ASSERT_EQ(lane.span(i).duration, spanAt(i).duration);
            ASSERT_EQ(lane.span(i).first, spanAt(i).first);
        }
    }
}

/// What a lane must answer, from a plain list of spans.
struct BruteForce {
    std::vector<Span> spans;

    std::uint64_t busyBefore(std::uint64_t time) const
    {
        std::uint64_t busy = 0;
        for (const Span &span : spans) {
            if (span.begin < time)
                busy += std::min(span.duration, time - span.begin);
        }
        return busy;
    }
    std::size_t countBefore(std::uint64_t time) const
    {
        return static_cast<std::size_t>(std::count_if(
            spans.begin(), spans.end(), [&](const Span &span) { return span.begin < time; }));
    }
};

TEST(Lane, AnswersAsAPlainListDoes)
{
    std::mt19937_64 random(5);
    for (int round = 0; round < 20; ++round) {
        Lane lane;
        BruteForce expected;
        std::uint64_t time = random() % 1000;
        for (int i = 0; i < 1500; ++i) {
            const bool farAway = random() % 50 == 0;
            Span span;
            time += random() % (farAway ? 9'000'000'000 : 2000);
            span.begin = time;
            span.duration = random() % (farAway ? 20'000'000'000 : 3000);
            span.first = random() % 20 == 0 ? random() : static_cast<std::uint64_t>(i) * 3;
            span.count = 1 + random() % 1000;
            time += span.duration;
            lane.append(span);
            expected.spans.push_back(span);
        }
        ASSERT_EQ(lane.size(), expected.spans.size());
        std::size_t position = 0;
        lane.forEach(0, lane.size(), [&](const Span &span) {
            const Span &wanted = expected.spans[position];
            ASSERT_EQ(span.begin, wanted.begin);
            ASSERT_EQ(span.duration, wanted.duration);
            ASSERT_EQ(span.first, wanted.first);
            ASSERT_EQ(span.count, wanted.count);
            ASSERT_EQ(lane.span(position).first, wanted.first);
            ++position;
        });
        ASSERT_EQ(position, lane.size());
        for (int i = 0; i < 300; ++i) {
            const std::uint64_t at = i % 3 == 0
                ? expected.spans[random() % 1500].begin + random() % 3
                : random() % (time + 1000);
            ASSERT_EQ(lane.busyBefore(at), expected.busyBefore(at)) << at;
            ASSERT_EQ(lane.countBefore(at), expected.countBefore(at)) << at;
        }
        std::vector<std::uint64_t> times(200);
        for (std::uint64_t &at : times)
            at = random() % (time + 1000);
        std::sort(times.begin(), times.end());
        Lane::BusyCursor cursor(lane);
        for (const std::uint64_t at : times)
            ASSERT_EQ(cursor.busyBefore(at), expected.busyBefore(at)) << at;
        const std::size_t from = random() % lane.size();
        for (Lane::Reader reader(lane, from); !reader.atEnd(); reader.advance())
            ASSERT_EQ(reader.peek().begin, expected.spans[reader.position()].begin);
        ASSERT_EQ(lane.busyBetween(0, UINT64_MAX), expected.busyBefore(UINT64_MAX));
    }
}

TEST(Lane, KeepsSpansDisjointWhenClocksDisagree)
{
    Lane lane;
    lane.append({100, 50, 0, 1});
    lane.append({140, 30, 1, 1});
    lane.append({120, 10, 2, 1});
    EXPECT_EQ(lane.span(1).begin, 150U);
    EXPECT_EQ(lane.span(1).duration, 20U);
    EXPECT_EQ(lane.span(2).begin, 170U);
    EXPECT_EQ(lane.span(2).duration, 0U);
    EXPECT_EQ(lane.busyBefore(1000), 70U);
}

TEST(Lane, IsEmptyAtFirst)
{
    const Lane lane;
    EXPECT_EQ(lane.size(), 0U);
    EXPECT_EQ(lane.busyBefore(100), 0U);
    EXPECT_EQ(lane.countBefore(100), 0U);
    EXPECT_EQ(Lane::BusyCursor(lane).busyBefore(100), 0U);
    EXPECT_TRUE(Lane::Reader(lane).atEnd());
}

TEST(ChunkTimeLog, GivesBackWhatWasWritten)
{
    std::mt19937_64 random(9);
    Lane lane;
    ChunkTimeLog log;
    std::vector<ChunkTimes> written;
    std::uint64_t time = 0;
    for (int i = 0; i < 3000; ++i) {
        if (i % 100 == 99) { // a worker dies, and leaves a span that belongs to no chunk
            lane.append({time, 5, 0, 1});
            time += 5;
            log.abandonSpansBefore(lane.size());
        }
        ChunkTimes chunk;
        chunk.sent = time;
        chunk.received = i % 10 == 0 ? time + random() % 100'000 : time;
        chunk.spans = 1 + random() % 3;
        chunk.begun = time += 10;
        for (std::uint64_t span = 0; span < chunk.spans; ++span, time += 20)
            lane.append({time, 15, 0, 1});
        chunk.ended = time - 5;
        chunk.answered = time + random() % 1000;
        chunk.decoded = chunk.answered + random() % 1'000'000'000;
        log.append(chunk);
        written.push_back(chunk);
    }
    ChunkTimeLog::Reader reader(log, lane);
    for (const ChunkTimes &wanted : written) {
        const auto chunk = reader.next();
        ASSERT_TRUE(chunk);
        EXPECT_EQ(chunk->sent, wanted.sent);
        EXPECT_EQ(chunk->received, wanted.received);
        EXPECT_EQ(chunk->begun, wanted.begun);
        EXPECT_EQ(chunk->ended, wanted.ended);
        EXPECT_EQ(chunk->answered, wanted.answered);
        EXPECT_EQ(chunk->decoded, wanted.decoded);
    }
    EXPECT_FALSE(reader.next());
}

TEST(BlobLog, GivesBackRecordsFromMemoryAndFromTheFile)
{
    auto log = BlobLog::make();
    ASSERT_TRUE(log);
    std::mt19937 random(2);
    std::vector<std::pair<std::uint64_t, std::string>> records;
    for (int i = 0; i < 2000; ++i) {
        std::string record(random() % (i % 500 == 0 ? 3'000'000 : 3000), static_cast<char>(i));
        const auto offset = (*log)->append(record);
        ASSERT_TRUE(offset);
        records.emplace_back(*offset, std::move(record));
    }
    for (const auto &[offset, record] : records) {
        const auto back = (*log)->read(offset);
        ASSERT_TRUE(back);
        ASSERT_EQ(std::string(back->begin(), back->end()), record);
    }
}

OutcomeView text(std::string_view value)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Text;
    outcome.text = value;
    return outcome;
}

/// Writes numbers as a worker does.
class Column {
public:
    explicit Column(const OutcomeStore &store)
        : m_file(open(store.columnPath().c_str(), O_RDWR | O_CLOEXEC))
        , m_cells(store.columnCells())
    {
    }
    ~Column() { close(m_file); }
    Column(const Column &) = delete;
    Column &operator=(const Column &) = delete;

    void write(std::uint64_t index, double value) const
    {
        const auto offset = static_cast<off_t>(index % m_cells * sizeof(value));
        ASSERT_EQ(pwrite(m_file, &value, sizeof(value), offset), ssize_t{sizeof(value)});
    }

private:
    int m_file;
    std::uint64_t m_cells;
};

TEST(OutcomeStore, KeepsWhateverComesInAnyOrder)
{
    constexpr std::uint64_t count = 300'000;
    auto made = OutcomeStore::make(count, OutcomeStore::Keep::All);
    ASSERT_TRUE(made);
    OutcomeStore &store = **made;
    const Column column(store);
    std::vector<int> kinds(count, 0);
    std::mt19937 random(4);
    std::vector<IndexRange> ranges;
    for (std::uint64_t at = 0; at < count;) {
        const std::uint64_t size = std::min<std::uint64_t>(1 + random() % 5000, count - at);
        ranges.push_back({at, size});
        at += size;
    }
    std::shuffle(ranges.begin(), ranges.end(), random);
    for (const IndexRange &range : ranges) {
        const int kind = static_cast<int>(random() % 3);
        for (std::uint64_t i = range.first; i < range.end(); ++i) {
            kinds[i] = kind + 1;
            if (kind == 0)
                column.write(i, static_cast<double>(i) / 2);
            else if (kind == 1)
                ASSERT_TRUE(store.add(i, text(std::to_string(i))));
            else
                ASSERT_TRUE(
                    store.add(i, OutcomeView{OutcomeKind::Integer, -static_cast<std::int64_t>(i)}));
        }
        if (kind == 0)
            store.addNumbers(range, OutcomeKind::Real);
        const auto first = std::find(kinds.begin(), kinds.end(), 0);
        ASSERT_EQ(store.firstMissing(0), static_cast<std::uint64_t>(first - kinds.begin()));
    }
    EXPECT_EQ(store.firstMissing(12'345), count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto outcome = store.read(i);
        ASSERT_TRUE(outcome);
        if (kinds[i] == 1)
            ASSERT_EQ(outcome->view.real, static_cast<double>(i) / 2);
        else if (kinds[i] == 2)
            ASSERT_EQ(outcome->view.text, std::to_string(i));
        else
            ASSERT_EQ(outcome->view.integer, -static_cast<std::int64_t>(i));
    }
    for (std::uint64_t i = 0; i < count;) {
        const auto numbers = store.numbers({i, count - i});
        const auto end = std::find_if(kinds.begin() + static_cast<std::ptrdiff_t>(i), kinds.end(),
            [&](int kind) { return kind != kinds[i]; });
        const auto same = static_cast<std::uint64_t>(end - kinds.begin()) - i;
        ASSERT_EQ(numbers.cells.size(), kinds[i] == 2 ? 0 : same) << i;
        i += same;
    }
}

/// A small disk of its own, where mounting is allowed.
class SmallDisk : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = std::filesystem::temp_directory_path() / "poolscope-disk-XXXXXX";
        m_folder = mkdtemp(name.data());
        m_mounted = mount("tmpfs", m_folder.c_str(), "tmpfs", 0, "size=4m") == 0;
        if (!m_mounted)
            GTEST_SKIP() << "mounting is not allowed here";
        m_temporary = std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "";
        setenv("TMPDIR", m_folder.c_str(), 1);
    }
    void TearDown() override
    {
        if (m_mounted) {
            umount2(m_folder.c_str(), MNT_DETACH);
            m_temporary.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", m_temporary.c_str(), 1);
        }
        std::filesystem::remove(m_folder);
    }

    std::filesystem::path m_folder;
    std::string m_temporary;
    bool m_mounted = false;
};

TEST_F(SmallDisk, ABlobLogKeepsInMemoryWhatFindsNoRoom)
{
    auto made = BlobLog::make();
    ASSERT_TRUE(made);
    BlobLog &log = **made;
    const std::filesystem::path ballast = m_folder / "ballast";
    std::ofstream(ballast) << std::string(2 << 20, 'b');
    std::vector<std::pair<std::uint64_t, std::string>> records;
    for (char c = 'a'; c < 'a' + 20; ++c) {
        records.emplace_back(0, std::string(200'000, c));
        const auto offset = log.append(records.back().second);
        ASSERT_TRUE(offset);
        records.back().first = *offset;
    }
    const auto expectAll = [&] {
        for (const auto &[offset, text] : records) {
            const auto read = log.read(offset);
            ASSERT_TRUE(read);
            EXPECT_TRUE(std::string(read->begin(), read->end()) == text);
        }
    };
    EXPECT_NE(log.obstacle().find("No space left"), std::string::npos) << log.obstacle();
    expectAll();
    EXPECT_TRUE(log.makeWay());
    EXPECT_FALSE(log.obstacle().empty()) << "there is no more room than before";
    std::filesystem::remove(ballast);
    EXPECT_TRUE(log.makeWay());
    EXPECT_TRUE(log.obstacle().empty());
    expectAll();
}

TEST(OutcomeStore, CopiesOutcomesAsTheyCameEncoded)
{
    auto store = OutcomeStore::make(outcomeKindCount, OutcomeStore::Keep::All);
    ASSERT_TRUE(store);
    std::string expected;
    for (std::uint64_t index = 0; index < outcomeKindCount; ++index) {
        OutcomeView outcome{static_cast<OutcomeKind>(index), 7, 0.5, "nine text",
            {"exception", "ValueError", "no", "trace", {3, WorkerId{2}}}};
        std::string sent;
        wire::encodeOutcome(sent, outcome);
        wire::FieldReader reader(sent);
        OutcomeView received = *wire::decodeOutcome(reader);
        received.failure.context = outcome.failure.context;
        ASSERT_TRUE((*store)->add(index, received));
        wire::encodeKeptOutcome(expected, outcome);
    }
    std::string copied;
    for (std::uint64_t index = 0; index < outcomeKindCount; ++index)
        ASSERT_TRUE((*store)->copyEncoded(index, copied));
    EXPECT_EQ(copied, expected);
    EXPECT_EQ((*store)->read(7)->view.failure.context.attempts, 3U);
}

TEST(OutcomeStore, FailsToCopyAnOutcomeThatIsMissing)
{
    auto store = OutcomeStore::make(2, OutcomeStore::Keep::All);
    ASSERT_TRUE(store);
    std::string copied;
    EXPECT_FALSE((*store)->copyEncoded(1, copied));
    EXPECT_EQ(copied, "");
}

TEST(OutcomeStore, ForgetsAFailureThatIsTriedAgain)
{
    const auto store = std::move(*OutcomeStore::make(100, OutcomeStore::Keep::All));
    store->addNumbers({0, 60}, OutcomeKind::Integer);
    OutcomeView failed;
    failed.kind = OutcomeKind::Failure;
    failed.failure = {failureTimeout, "", "too long", "", {3, WorkerId{2}, 4096, std::nullopt, 9}};
    ASSERT_TRUE(store->add(60, failed));
    store->addNumbers({61, 39}, OutcomeKind::Integer);
    EXPECT_EQ(store->firstMissing(0), 100U);
    EXPECT_TRUE(store->isFailure(60));
    EXPECT_FALSE(store->isFailure(59));
    EXPECT_EQ(store->read(60)->view.failure.context, failed.failure.context);
    store->remove(60);
    EXPECT_FALSE(store->has(60));
    EXPECT_FALSE(store->isFailure(60));
    EXPECT_EQ(store->firstMissing(0), 60U);
    store->addNumbers({60, 1}, OutcomeKind::Real);
    EXPECT_EQ(store->firstMissing(0), 100U);
    EXPECT_EQ(store->read(60)->view.kind, OutcomeKind::Real);
}

TEST(OutcomeStore, IsARingForAReaderWhoReleases)
{
    constexpr std::uint64_t count = 1ULL << 40;
    auto made = OutcomeStore::make(count, OutcomeStore::Keep::UntilRead);
    ASSERT_TRUE(made);
    OutcomeStore &store = **made;
    const Column column(store);
    const std::uint64_t ring = store.columnCells();
    EXPECT_EQ(store.limit(), ring);
    for (std::uint64_t at = 0; at < 3 * ring; at += ring / 2) {
        for (const std::uint64_t index : {at, at + ring / 2 - 1})
            column.write(index, static_cast<double>(index));
        store.addNumbers({at, ring / 2}, OutcomeKind::Real);
        EXPECT_EQ(store.firstMissing(at), at + ring / 2);
        EXPECT_EQ(store.read(at)->view.real, static_cast<double>(at));
        const std::uint64_t last = at + ring / 2 - 1;
        EXPECT_EQ(store.numbers({last, 1}).cells[0],
            std::bit_cast<std::uint64_t>(static_cast<double>(last)));
        store.releaseBelow(at + ring / 2);
        EXPECT_EQ(store.limit(), at + ring / 2 + ring);
    }
}

TEST(OutcomeStore, RefusesToKeepMoreThanAnyMemory)
{
    const auto made = OutcomeStore::make(UINT64_MAX, OutcomeStore::Keep::All);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("18446744073709551615"), std::string::npos);
}

TEST(RunLog, GivesEntriesByThePage)
{
    RunLog log;
    for (int i = 0; i < 10; ++i)
        log.add({0, WorkerId{1}, {}, true, std::to_string(i)});
    const RunLog::Page first = log.entries(0, 10, 4);
    ASSERT_EQ(first.entries.size(), 4U);
    EXPECT_EQ(first.entries.back()->text, "3");
    EXPECT_EQ(first.next(), 4U);
    const RunLog::Page rest = log.entries(first.next(), 9);
    ASSERT_EQ(rest.entries.size(), 5U) << "those below 9";
    EXPECT_EQ(rest.entries.front()->text, "4");
    EXPECT_EQ(rest.next(), 9U);
    EXPECT_TRUE(log.entries(10).entries.empty());
    EXPECT_EQ(log.entries(10).next(), 10U);
}

TEST(RunLog, DropsTheOldestBeyond64MiB)
{
    RunLog log;
    const std::string text((1 << 20) - sizeof(LogEntry), 'x');
    for (int i = 0; i < 67; ++i)
        log.add({0, WorkerId{1}, {}, true, text});
    EXPECT_EQ(log.end(), 67U);
    const RunLog::Page page = log.entries(1, UINT64_MAX, 2);
    EXPECT_EQ(page.first, 3U);
    EXPECT_EQ(page.entries.size(), 2U);
    EXPECT_EQ(page.next(), 5U);
    EXPECT_EQ(log.entries(0).entries.size(), 64U);
    EXPECT_TRUE(log.entries(1, 3).entries.empty()) << "those are gone";
    EXPECT_EQ(droppedLines(2, *page.entries.front()).text,
        "2 lines before this were dropped, since the log holds 64 MiB; a task that prints to a "
        "file "
        "keeps all");
}

TEST(RunLog, HoldsALineThatAloneIsTooLong)
{
    RunLog log;
    log.add({0, WorkerId{1}, {}, true, std::string(RunLog::mostBytes + 1, 'x')});
    EXPECT_EQ(log.entries(0).entries.size(), 1U);
    log.add({0, WorkerId{1}, {}, true, "short"});
    EXPECT_EQ(log.entries(0).first, 1U);
}

} // namespace
} // namespace poolscope
