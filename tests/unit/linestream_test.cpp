// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/linestream.h"

#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

namespace poolscope {
namespace {

using Lines = std::vector<std::string>;

class Stream : public testing::Test {
protected:
    Stream()
    {
        int ends[2];
        EXPECT_EQ(pipe(ends), 0);
        m_reading = ends[0];
        m_writing = ends[1];
    }
    ~Stream() override
    {
        close(m_reading);
        endInput();
    }

    void endInput()
    {
        if (m_writing >= 0)
            close(m_writing);
        m_writing = -1;
    }
    /// Writes what may be more than the pipe holds.
    void write(LineStream &stream, std::string_view text)
    {
        while (!text.empty()) {
            const auto piece = std::min<std::size_t>(text.size(), 4096);
            ASSERT_EQ(::write(m_writing, text.data(), piece), static_cast<ssize_t>(piece));
            text.remove_prefix(piece);
            ASSERT_TRUE(stream.take());
        }
    }
    static Lines read(const LineStream &stream, std::uint64_t first, std::uint64_t count)
    {
        std::string encoded;
        const auto read = stream.read({first, count}, encoded);
        EXPECT_TRUE(read) << read.error().message;
        Lines lines;
        for (std::size_t at = 0; at < encoded.size();) {
            std::uint32_t length = 0;
            std::memcpy(&length, encoded.data() + at, sizeof(length));
            lines.push_back(encoded.substr(at + sizeof(length), length));
            at += sizeof(length) + length;
        }
        return lines;
    }

    int m_reading = -1;
    int m_writing = -1;
};

TEST_F(Stream, MayBeginWithAByteOrderMark)
{
    LineStream stream(m_reading, "the pipe");
    for (const char *piece : {"\xef", "\xbb", "\xbf", "one\n"})
        write(stream, piece);
    EXPECT_EQ(read(stream, 0, 1), (Lines{"one"}));
}

TEST_F(Stream, WhatOnlyLooksLikeAMarkIsText)
{
    LineStream stream(m_reading, "the pipe");
    write(stream, "\xef\xbb");
    endInput();
    ASSERT_TRUE(stream.take());
    EXPECT_EQ(read(stream, 0, 1), (Lines{"\xef\xbb"}));
}

TEST_F(Stream, InUtf16IsRefused)
{
    LineStream stream(m_reading, "the pipe");
    ASSERT_EQ(::write(m_writing,
                  "\xff\xfe"
                  "a",
                  3),
        3);
    const auto taken = stream.take();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message, "cannot read the pipe: it is UTF-16; save it as UTF-8");
}

TEST_F(Stream, GivesALineOnceItHasEnded)
{
    LineStream stream(m_reading, "the pipe");
    ASSERT_TRUE(stream.take()) << "without waiting";
    EXPECT_EQ(stream.lineCount(), 0U);
    write(stream, "one\ntw");
    EXPECT_EQ(read(stream, 0, 1), (Lines{"one"}));
    EXPECT_EQ(stream.lineCount(), 1U);
    write(stream, "o\r");
    EXPECT_EQ(stream.lineCount(), 2U);
    write(stream, "\n\nlast");
    EXPECT_EQ(stream.lineCount(), 3U);
    EXPECT_FALSE(stream.isComplete());
    endInput();
    ASSERT_TRUE(stream.take());
    EXPECT_TRUE(stream.isComplete());
    EXPECT_EQ(read(stream, 0, 4), (Lines{"one", "two", "", "last"}));
    EXPECT_EQ(stream.byteCount(), 10U);
}

TEST_F(Stream, MayEndWithoutALine)
{
    LineStream stream(m_reading, "the pipe");
    endInput();
    ASSERT_TRUE(stream.take());
    EXPECT_TRUE(stream.isComplete());
    EXPECT_EQ(stream.lineCount(), 0U);
}

TEST_F(Stream, LetsGoOfWhatIsNotNeeded)
{
    LineStream stream(m_reading, "the pipe");
    std::mt19937 random(9);
    Lines lines;
    std::string text;
    for (int i = 0; i < 20'000; ++i) {
        lines.emplace_back(random() % 40, static_cast<char>('a' + i % 26));
        text += lines.back() + "\n";
    }
    write(stream, text + "unfinished");
    ASSERT_EQ(stream.lineCount(), lines.size());
    EXPECT_EQ(read(stream, 0, lines.size()), lines);

    const std::uint64_t needed = 7'000;
    stream.removeUnless([&](IndexRange indices) { return indices.contains(needed); });
    EXPECT_EQ(read(stream, needed, 1), (Lines{lines[needed]}));
    std::string out;
    const auto gone = stream.read({0, 1}, out);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().message, "line 1 of the pipe is not stored any more");
    EXPECT_FALSE(stream.read({needed, 10'000}, out));
    EXPECT_FALSE(stream.read({lines.size(), 1}, out)) << "it did not come yet";

    write(stream, " line\nnext\n");
    EXPECT_EQ(read(stream, lines.size(), 2), (Lines{"unfinished line", "next"}));
}

TEST_F(Stream, IsFullUntilSomethingIsLetGoOf)
{
    LineStream stream(m_reading, "the pipe");
    std::string line(1000, 'x');
    line += '\n';
    std::uint64_t written = 0;
    while (!stream.isFull()) {
        write(stream, line);
        ++written;
    }
    EXPECT_NEAR(static_cast<double>(written * 1004), LineStream::fullSize, 2000);
    ASSERT_EQ(::write(m_writing, "more\n", 5), 5);
    ASSERT_TRUE(stream.take());
    EXPECT_EQ(stream.lineCount(), written) << "it takes no more";
    stream.removeUnless([&](IndexRange indices) { return indices.first > 0; });
    EXPECT_FALSE(stream.isFull());
    ASSERT_TRUE(stream.take());
    EXPECT_EQ(read(stream, written, 1), (Lines{"more"}));
}

TEST_F(Stream, TakesALongLineThoughItIsFull)
{
    LineStream stream(m_reading, "the pipe");
    const std::string longLine(LineStream::fullSize + 1000, 'x');
    write(stream, longLine);
    EXPECT_FALSE(stream.isFull()) << "or the line would never end";
    write(stream, "\n");
    EXPECT_TRUE(stream.isFull());
    EXPECT_EQ(read(stream, 0, 1), (Lines{longLine}));
}

TEST_F(Stream, HasTheHashOfItsLinesSoFar)
{
    LineStream stream(m_reading, "the pipe");
    const std::string none = stream.contentHash();
    write(stream, "a\nb");
    const std::string one = stream.contentHash();
    EXPECT_NE(one, none);
    write(stream, "c");
    EXPECT_EQ(stream.contentHash(), one);
    write(stream, "\r\n");
    EXPECT_NE(stream.contentHash(), one);
    stream.removeUnless([](IndexRange) { return false; });
    EXPECT_NE(stream.contentHash(), one);
}

TEST(LineStream, SaysWhatCannotBeRead)
{
    LineStream stream(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "the folder");
    const auto taken = stream.take();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message, "cannot read the folder: Is a directory");
    close(stream.descriptor());
}

} // namespace
} // namespace poolscope
