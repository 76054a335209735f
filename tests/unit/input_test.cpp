// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/blockchecksums.h"
#include "input/contenthash.h"
#include "input/firstinputs.h"
#include "input/inputsource.h"
#include "input/lineindex.h"
#include "spec/integerrange.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <sstream>
#include <unistd.h>

namespace poolscope {
namespace {

/// The size of Python's range, in wider arithmetic.
std::uint64_t pythonSize(const RangeInput &range)
{
    __extension__ using Wide = __int128;
    const Wide span =
        range.step > 0 ? Wide(range.stop) - range.start : Wide(range.start) - range.stop;
    const Wide step = range.step > 0 ? Wide(range.step) : -Wide(range.step);
    return span <= 0 ? 0 : static_cast<std::uint64_t>((span + step - 1) / step);
}

TEST(IntegerRange, HasTheSizeAndTheElementsOfPythonsRange)
{
    const std::vector<std::int64_t> edges{
        INT64_MIN, INT64_MIN + 1, -7, -1, 0, 1, 2, 7, 5000, INT64_MAX - 1, INT64_MAX};
    for (const std::int64_t start : edges) {
        for (const std::int64_t stop : edges) {
            for (const std::int64_t step : edges) {
                if (step == 0)
                    continue;
                const RangeInput range{start, stop, step};
                const std::uint64_t count = size(range);
                ASSERT_EQ(count, pythonSize(range)) << toString(range);
                if (count == 0)
                    continue;
                EXPECT_EQ(at(range, 0), start);
                const std::int64_t last = at(range, count - 1);
                EXPECT_TRUE(step > 0 ? last < stop : last > stop) << toString(range);
            }
        }
    }
}

TEST(FirstInputs, AreTheFirstOfTheSourceAndNoMoreThanItHas)
{
    const auto numbers = [] {
        return std::move(*openInput(RangeInput{10, 20, 1}));
    };
    const auto some = firstInputs(numbers(), 3);
    EXPECT_EQ(some->size(), 3U);
    EXPECT_EQ(some->text(2), "12");
    const auto copy = some->duplicate();
    ASSERT_TRUE(copy.has_value());
    EXPECT_EQ((*copy)->size(), 3U);
    EXPECT_EQ((*copy)->text(1), "11");
    EXPECT_EQ(firstInputs(numbers(), 11)->size(), 10U);
}

/// Runs a Python script and returns what it prints.
std::string python(const std::string &script)
{
    const std::unique_ptr<FILE, int (*)(FILE *)> pipe(
        popen(("python3 -c '" + script + "'").c_str(), "r"), pclose);
    std::string printed;
    std::array<char, 4096> bytes{};
    while (const std::size_t got = std::fread(bytes.data(), 1, bytes.size(), pipe.get()))
        printed.append(bytes.data(), got);
    return printed;
}

TEST(IntegerRange, IsPythonsRange)
{
    std::istringstream ranges(python(R"(
import random
random.seed(1)
low, high = -2**63, 2**63 - 1
def bound():
    near = random.choice([low, 0, high]) + random.randint(-30, 30)
    return min(max(random.choice([near, random.randint(low, high)]), low), high)
for _ in range(6000):
    r = range(bound(), bound(), random.choice([1, -1, 2, -3, 7, low, high, random.randint(1, 2**62)]))
    n = (r[-1] - r.start) // r.step + 1 if r else 0
    middle = r[n // 2] if r else 0
    print(r.start, r.stop, r.step, n, middle, r[-1] if r else 0)
)"));
    int cases = 0;
    RangeInput range;
    std::uint64_t count = 0;
    std::int64_t middle = 0;
    std::int64_t last = 0;
    for (; ranges >> range.start >> range.stop >> range.step >> count >> middle >> last; ++cases) {
        ASSERT_EQ(size(range), count) << toString(range);
        if (count > 0) {
            ASSERT_EQ(at(range, count / 2), middle) << toString(range);
            ASSERT_EQ(at(range, count - 1), last) << toString(range);
        }
    }
    EXPECT_EQ(cases, 6000);
}

TEST(IntegerRange, HasTheWholeOf64Bits)
{
    const RangeInput all{INT64_MIN, INT64_MAX, 1};
    EXPECT_EQ(size(all), UINT64_MAX);
    EXPECT_EQ(at(all, UINT64_MAX - 1), INT64_MAX - 1);
}

TEST(IntegerRange, ReadsWhatPeopleType)
{
    const auto range = parseRange("10:0:-3");
    ASSERT_TRUE(range);
    EXPECT_EQ(toString(*range), "10:0:-3");
    EXPECT_EQ(size(*range), 4U);
    EXPECT_EQ(parseRange("+1:5")->start, 1);
    for (const char *wrong : {"", "5", "1:2:3:4", "a:b", "1:", "1:2:0", "1.5:2", " 1:2",
             "9223372036854775808:0", "0:99999999999999999999", "1:2:x", "+-1:2"}) {
        const auto refused = parseRange(wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_NE(refused.error().message.find('\''), std::string::npos) << refused.error().message;
    }
}

class Lines : public testing::Test {
protected:
    ~Lines() override { std::filesystem::remove(m_path); }

    LineIndex index(const std::string &text)
    {
        std::ofstream(m_path, std::ios::binary) << text;
        auto opened = LineIndex::open(m_path);
        EXPECT_TRUE(opened);
        return std::move(*opened);
    }
    static std::vector<std::string> read(LineIndex &index, std::uint64_t first, std::uint64_t count)
    {
        std::string encoded;
        EXPECT_TRUE(index.read({first, count}, encoded));
        std::vector<std::string> lines;
        for (std::size_t at = 0; at < encoded.size();) {
            std::uint32_t length = 0;
            std::memcpy(&length, encoded.data() + at, sizeof(length));
            lines.push_back(encoded.substr(at + sizeof(length), length));
            at += sizeof(length) + length;
        }
        return lines;
    }
    static std::vector<std::string> all(LineIndex &index)
    {
        return read(index, 0, index.lineCount());
    }

    std::string m_path = testing::TempDir() + "poolscope-lines-" + std::to_string(getpid());
};

TEST_F(Lines, EndAtAnyLineEnding)
{
    using Texts = std::vector<std::string>;
    const std::pair<std::string, Texts> cases[] = {
        {"", {}},
        {"a", {"a"}},
        {"a\n", {"a"}},
        {"\n", {""}},
        {"a\nb", {"a", "b"}},
        {"a\r\nb\r\n", {"a", "b"}},
        {"a\rb\r", {"a", "b"}},
        {"a\n\rb\r\r\n\n", {"a", "", "b", "", ""}},
        {std::string("\0\xff\n", 3), {std::string("\0\xff", 2)}},
    };
    for (const auto &[text, lines] : cases) {
        LineIndex found = index(text);
        EXPECT_EQ(found.lineCount(), lines.size()) << testing::PrintToString(text);
        EXPECT_EQ(all(found), lines) << testing::PrintToString(text);
    }
}

TEST_F(Lines, MayBeginWithAByteOrderMark)
{
    using Texts = std::vector<std::string>;
    LineIndex found = index("\xef\xbb\xbf"
                            "first\nsecond\n");
    EXPECT_EQ(all(found), (Texts{"first", "second"}));
    EXPECT_EQ(read(found, 1, 1), (Texts{"second"}));
    auto other = found.duplicate();
    ASSERT_TRUE(other);
    EXPECT_EQ(all(*other), (Texts{"first", "second"}));
    EXPECT_EQ(index("\xef\xbb\xbf").lineCount(), 0U);
    found = index("\xef\xbb"
                  "a");
    EXPECT_EQ(all(found),
        (Texts{"\xef\xbb"
               "a"}));
}

TEST_F(Lines, InOtherEncodingsAreRefusedByName)
{
    for (const auto &[bytes, encoding] : {std::pair{std::string("\xff\xfe"
                                                                "a\0",
                                                        4),
                                              "UTF-16"},
             {std::string("\xfe\xff\0a", 4), "UTF-16"},
             {std::string("\xff\xfe\0\0a\0\0\0", 8), "UTF-32"}}) {
        std::ofstream(m_path, std::ios::binary) << bytes;
        const auto opened = LineIndex::open(m_path);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().message,
            "cannot read " + m_path + ": it is " + encoding + "; save it as UTF-8");
    }
}

TEST_F(Lines, AreFoundWhereverBlocksEnd)
{
    std::mt19937 random(3);
    for (int round = 0; round < 6; ++round) {
        std::string text;
        std::vector<std::string> lines;
        while (text.size() < 900'000) {
            const bool around = text.size() % (256 * 1024) > 256 * 1024 - 300;
            std::string line(
                random() % (around ? 3 : 2000), static_cast<char>('a' + random() % 26));
            const char *endings[] = {"\n", "\r\n", "\r"};
            std::string ending = endings[random() % 3];
            if (!lines.empty() && line.empty() && text.back() == '\r' && ending == "\n")
                ending = "\r"; // or it would belong to the line before
            text += line + ending;
            lines.push_back(line);
        }
        LineIndex found = index(text);
        ASSERT_EQ(found.lineCount(), lines.size());
        ASSERT_EQ(all(found), lines);
        for (int i = 0; i < 200; ++i) {
            const std::uint64_t first = random() % lines.size();
            const std::uint64_t count =
                std::min<std::uint64_t>(1 + random() % 5, lines.size() - first);
            ASSERT_EQ(read(found, first, count),
                std::vector<std::string>(lines.begin() + static_cast<std::ptrdiff_t>(first),
                    lines.begin() + static_cast<std::ptrdiff_t>(first + count)));
        }
        for (std::uint64_t first = 0; first < lines.size(); ++first)
            ASSERT_EQ(read(found, first, 1).front(), lines[first]);
    }
}

TEST_F(Lines, MayBeLong)
{
    const std::string longLine(3'000'000, 'x');
    LineIndex found = index("a\n" + longLine + "\r\nb");
    EXPECT_EQ(found.longestLine(), longLine.size() + 2);
    EXPECT_EQ(read(found, 1, 2), (std::vector<std::string>{longLine, "b"}));
}

TEST_F(Lines, OfAFileThatChangedAreAnError)
{
    LineIndex found = index("one\ntwo\nthree\n");
    for (const char *text : {"one\n", "one\ntwo\nTHREE\n", "three\ntwo\none\nzero\n"}) {
        std::ofstream(m_path, std::ios::binary) << text;
        std::string out;
        const auto read = found.read({1, 2}, out);
        ASSERT_FALSE(read) << text;
        EXPECT_NE(read.error().message.find("has changed"), std::string::npos);
    }
}

TEST_F(Lines, ChangedElsewhereAreLeftInPeace)
{
    std::string text;
    for (int line = 0; line < 100'000; ++line)
        text += std::to_string(line) + '\n';
    LineIndex found = index(text);
    text[0] = 'x';
    std::ofstream(m_path, std::ios::binary) << text;
    EXPECT_EQ(read(found, 99'000, 2), (std::vector<std::string>{"99000", "99001"}));
    std::string out;
    EXPECT_FALSE(found.read({0, 1}, out));
}

TEST_F(Lines, AppendedToAFileAreNoneOfTheIndex)
{
    LineIndex found = index("one\ntwo");
    std::ofstream(m_path, std::ios::binary | std::ios::app) << " and more\nthree\n";
    EXPECT_EQ(read(found, 0, 2), (std::vector<std::string>{"one", "two"}));
}

TEST(BlockChecksums, KnowBytesAgainInWhateverPiecesTheyCame)
{
    std::mt19937 random(1);
    std::string bytes(5 * BlockChecksums::blockSize + 100, '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(random());
    BlockChecksums checksums;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::string piece = bytes.substr(at, random() % 30'000);
        checksums.add(piece);
        at += piece.size();
    }
    ASSERT_EQ(checksums.byteCount(), bytes.size());
    for (std::size_t block = 0; block < 6; ++block) {
        const std::size_t begin = block * BlockChecksums::blockSize;
        EXPECT_TRUE(checksums.match(begin, bytes.substr(begin)));
        std::string changed = bytes.substr(begin);
        changed[random() % changed.size()] ^= 1;
        EXPECT_FALSE(checksums.match(begin, changed));
    }
    EXPECT_TRUE(checksums.match(0, bytes.substr(0, 2 * BlockChecksums::blockSize)));
}

TEST(InputSource, SaysWhatCannotBeRead)
{
    const auto missing = openInput(LinesInput{"/no/such/file"});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "cannot read /no/such/file: No such file or directory");
    EXPECT_FALSE(openInput(LinesInput{"/"}));
}

TEST_F(Lines, HaveTheHashOfTheirFile)
{
    const std::string hash = index("one\ntwo\n").contentHash();
    EXPECT_EQ(hash.size(), 32U);
    EXPECT_EQ(index("one\ntwo\n").contentHash(), hash);
    EXPECT_NE(index("one\r\ntwo\n").contentHash(), hash);
    EXPECT_NE(index("").contentHash(), hash);
}

TEST(ContentHasher, TakesBytesInAnyPieces)
{
    // As `xxhsum -H2` has it for "abc".
    ContentHasher whole;
    whole.add("abc");
    ContentHasher pieces;
    pieces.add("a");
    pieces.add("bc");
    EXPECT_EQ(whole.digest(), "06b05ab6733a618578af5f94892f3950");
    EXPECT_EQ(pieces.digest(), whole.digest());
}

TEST(InputSource, TellsRangesApartByTheirContent)
{
    const auto content = [](RangeInput range) {
        return openInput(range).value()->content();
    };
    EXPECT_EQ(content({1, 5000, 1}).inputs, 4999U);
    EXPECT_EQ(content({1, 5000, 1}).hash, content({1, 5000, 1}).hash);
    EXPECT_NE(content({1, 5000, 1}).hash, content({0, 4999, 1}).hash);
}

TEST(InputSource, GivesInputsAsText)
{
    auto range = openInput(RangeInput{5, 0, -2});
    ASSERT_TRUE(range);
    EXPECT_EQ((*range)->size(), 3U);
    EXPECT_EQ((*range)->text(1).value(), "3");
}

} // namespace
} // namespace poolscope
