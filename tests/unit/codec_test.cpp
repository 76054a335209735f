// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/codec.h"
#include "wire/outcomecodec.h"

#include <gtest/gtest.h>
#include <random>

namespace poolscope::wire {
namespace {

std::string bytes(std::initializer_list<int> values)
{
    std::string text;
    for (const int value : values)
        text += static_cast<char>(value);
    return text;
}

TEST(Codec, WorkIsByteForByteAsDocumented)
{
    std::string frame;
    encode(frame, Work{0x0102030405060708, 2, "ab"});
    EXPECT_EQ(frame, bytes({14, 0, 0, 0, 2, 8, 7, 6, 5, 4, 3, 2, 1, 2, 0, 0, 0, 'a', 'b'}));
}

TEST(Codec, DoneIsByteForByteAsDocumented)
{
    std::string frame;
    encode(frame, Done{1, 2, Store::ColumnReal, 3, 4, {}});
    EXPECT_EQ(frame,
        bytes({29, 0, 0, 0, 19, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0,
            0, 0, 0, 0, 0, 0}));
}

TEST(Codec, EveryMessageComesBackAsItWas)
{
    struct Setup setup;
    setup.worker = WorkerId{7};
    setup.task = TaskKind::Python;
    setup.target = "file.py:f";
    setup.arguments = std::string("\0\xff", 2);
    setup.input = InputKind::Items;
    setup.rangeStart = INT64_MIN;
    setup.rangeStep = -1;
    setup.columnPath = "/column";
    setup.columnCells = UINT64_MAX;
    setup.columnOffset = 4096;
    setup.statusPagePath = "/page";
    setup.outputLimit = 64 << 20;
    setup.keepsValues = false;
    setup.stopsAtFailure = true;
    std::string stream;
    encode(stream, setup);
    FrameDecoder decoder(Direction::ToWorker);
    decoder.feed(stream);
    const auto frame = decoder.next();
    ASSERT_TRUE(frame);
    const auto back = decodeSetup(frame->body);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->target, setup.target);
    EXPECT_EQ(back->arguments, setup.arguments);
    EXPECT_EQ(back->rangeStart, setup.rangeStart);
    EXPECT_EQ(back->columnCells, setup.columnCells);
    EXPECT_EQ(back->columnOffset, setup.columnOffset);
    EXPECT_EQ(back->statusPagePath, setup.statusPagePath);
    EXPECT_EQ(back->task, setup.task);
    EXPECT_EQ(back->input, setup.input);
    EXPECT_EQ(back->outputLimit, setup.outputLimit);
    EXPECT_FALSE(back->keepsValues);
    EXPECT_TRUE(back->stopsAtFailure);
}

TEST(Codec, RefusesAnotherVersionAndAStranger)
{
    Hello hello;
    hello.version = protocolVersion + 1;
    std::string frame;
    encode(frame, hello);
    auto decoded = decodeHello(std::string_view(frame).substr(frameHeaderSize));
    ASSERT_FALSE(decoded);
    EXPECT_NE(decoded.error().message.find("version " + std::to_string(protocolVersion)),
        std::string::npos);
    decoded = decodeHello("GET / HTTP/1.1");
    ASSERT_FALSE(decoded);
    EXPECT_NE(decoded.error().message.find("not a Poolscope worker"), std::string::npos);
}

TEST(Codec, AStreamMayComeInPiecesOfAnySize)
{
    std::string stream;
    encode(stream, Hello{magic, protocolVersion, 1, "host", "C++", 2});
    encode(stream, Ready{3});
    encode(stream, Done{4, 5, Store::Inline, 6, 7, "values"});
    encode(stream, BatchReport{1, 2, 3, 4, 5, 6});
    encode(stream, Printed{42, Stream::Error, "oops\n"});
    encode(stream, WrongValues{"two lines"});
    encode(stream, Returned{1234567890123});
    encode(stream, WorkerGoodbye{});
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        FrameDecoder decoder(Direction::ToPool);
        std::vector<MessageType> types;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            decoder.feed(std::string_view(stream).substr(at, piece));
            while (const auto frame = decoder.next())
                types.push_back(frame->type);
        }
        ASSERT_EQ(types,
            (std::vector{MessageType::Hello, MessageType::Ready, MessageType::Done,
                MessageType::BatchReport, MessageType::Printed, MessageType::WrongValues,
                MessageType::Returned, MessageType::WorkerGoodbye}));
        ASSERT_TRUE(decoder.error().empty());
        ASSERT_FALSE(decoder.midFrame());
    }
}

TEST(Codec, ALengthBeyondTheTypesCapIsAnErrorAtOnce)
{
    FrameDecoder decoder(Direction::ToPool);
    decoder.feed(bytes({33, 0, 0, 0, 17}));
    EXPECT_FALSE(decoder.next());
    EXPECT_NE(decoder.error().find("33 bytes"), std::string::npos);
    decoder.feed(std::string(100, '\0'));
    EXPECT_FALSE(decoder.next()) << "the error is final";
}

TEST(Codec, ATypeOfTheOtherDirectionIsAnError)
{
    std::string stream;
    encode(stream, Work{0, 1, {}});
    FrameDecoder decoder(Direction::ToPool);
    decoder.feed(stream);
    EXPECT_FALSE(decoder.next());
    EXPECT_FALSE(decoder.error().empty());
}

TEST(Codec, AShortenedOrLengthenedBodyIsRefused)
{
    std::string frame;
    encode(frame, BatchReport{1, 2, 3, 4, 5, 6});
    const std::string body = frame.substr(frameHeaderSize);
    EXPECT_TRUE(decodeBatchReport(body));
    for (std::size_t size = 0; size < body.size(); ++size)
        EXPECT_FALSE(decodeBatchReport(body.substr(0, size)));
    EXPECT_FALSE(decodeBatchReport(body + "x"));
    EXPECT_FALSE(decodeDone(std::string(29, '\xff')));
}

TEST(Codec, AWorkerTellsWhatLoadingItsTaskTook)
{
    std::string frame;
    encode(frame, Ready{9, {1, 2, 3}});
    const auto ready = decodeReady(frame.substr(frameHeaderSize));
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->clock, 9U);
    EXPECT_EQ(ready->loading, (LoadCost{1, 2, 3}));
    EXPECT_FALSE(decodeReady(frame.substr(frameHeaderSize, 8)));
}

TEST(Codec, WhatALoaderIsToldAndTells)
{
    std::string frame;
    encode(frame, Fork{WorkerId{7}});
    EXPECT_EQ(decodeFork(frame.substr(frameHeaderSize))->worker, WorkerId{7});
    frame.clear();
    encode(frame, Loaded{{1, 2, 3}, "threads"});
    const std::string body = frame.substr(frameHeaderSize);
    const auto loaded = decodeLoaded(body);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->loading, (LoadCost{1, 2, 3}));
    EXPECT_EQ(loaded->obstacle, "threads");
    EXPECT_FALSE(decodeLoaded(body.substr(0, body.size() - 1)));
    EXPECT_FALSE(decodeLoaded(body + "x"));
    EXPECT_FALSE(decodeFork("abc"));
}

TEST(Codec, OutcomesComeBackAsTheyWere)
{
    std::vector<OutcomeView> outcomes(outcomeKindCount);
    for (std::size_t kind = 0; kind < outcomes.size(); ++kind)
        outcomes[kind].kind = static_cast<OutcomeKind>(kind);
    outcomes[1].integer = INT64_MIN;
    outcomes[2].real = -0.0;
    outcomes[3].text = "";
    outcomes[4].text = std::string_view("\0\xff", 2);
    outcomes[7].failure = {"exception", "ValueError", "no", "trace"};
    outcomes[8].text = "g12345678g12345678";
    std::string encoded;
    for (const OutcomeView &outcome : outcomes)
        encodeOutcome(encoded, outcome);
    FieldReader reader(encoded);
    for (const OutcomeView &outcome : outcomes) {
        const std::string_view unread = reader.unread();
        const auto back = decodeOutcome(reader);
        ASSERT_TRUE(back);
        if (outcome.kind != OutcomeKind::Failure) {
            EXPECT_EQ(std::string(back->encoded) + std::string(reader.unread()), unread);
        }
        EXPECT_EQ(back->kind, outcome.kind);
        EXPECT_EQ(back->integer, outcome.integer);
        EXPECT_EQ(std::signbit(back->real), std::signbit(outcome.real));
        EXPECT_EQ(back->text, outcome.text);
        EXPECT_EQ(back->failure.detail, outcome.failure.detail);
    }
    EXPECT_TRUE(reader.atEnd());
    EXPECT_FALSE(decodeOutcome(reader));
}

TEST(Codec, RealsAreWhole)
{
    OutcomeView reals;
    reals.kind = OutcomeKind::Reals;
    reals.text = "g12345678g1234567";
    std::string encoded;
    encodeOutcome(encoded, reals);
    FieldReader reader(encoded);
    EXPECT_FALSE(decodeOutcome(reader));
}

TEST(Codec, GarbageNeverHarms)
{
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string garbage(random() % 64, '\0');
        for (char &c : garbage)
            c = static_cast<char>(random() % 4 == 0 ? random() % 24 : random());
        FrameDecoder decoder(Direction::ToPool);
        decoder.feed(garbage);
        while (const auto frame = decoder.next()) {
            (void)decodeHello(frame->body);
            (void)decodeDone(frame->body);
            (void)decodeBatchReport(frame->body);
            (void)decodeRefused(frame->body);
        }
        FieldReader values(garbage);
        while (decodeOutcome(values)) { }
        (void)decodeSetup(garbage);
        (void)decodeWork(garbage);
    }
}

} // namespace
} // namespace poolscope::wire
