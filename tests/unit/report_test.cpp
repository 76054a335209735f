// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/alignedtable.h"
#include "report/csvtext.h"
#include "report/outcomewriter.h"
#include "report/valuetext.h"
#include "system/atomicfile.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <csv.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace poolscope;
using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

OutcomeView none()
{
    return {};
}

OutcomeView integer(std::int64_t value)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Integer;
    outcome.integer = value;
    return outcome;
}

OutcomeView real(double value)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Real;
    outcome.real = value;
    return outcome;
}

OutcomeView textual(OutcomeKind kind, std::string_view text)
{
    OutcomeView outcome;
    outcome.kind = kind;
    outcome.text = text;
    return outcome;
}

OutcomeView text(std::string_view text)
{
    return textual(OutcomeKind::Text, text);
}
OutcomeView json(std::string_view text)
{
    return textual(OutcomeKind::Json, text);
}

OutcomeView failed(const FailureView &failure)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure = failure;
    return outcome;
}

constexpr std::string_view oneAndAHalf = "g\0\0\0\0\0\0\xf0\x3fg\0\0\0\0\0\0\xe0\x3f"sv;

const FailureView badRow = {"exception", "ValueError", "bad, \"row\"", "Traceback\n  line 1"};

std::string realText(double value)
{
    std::string out;
    appendReal(out, value);
    return out;
}

std::string textOf(const OutcomeView &outcome)
{
    std::string out;
    appendText(out, outcome);
    return out;
}

std::string jsonLine(std::uint64_t index, const OutcomeView &outcome)
{
    std::string out;
    appendJsonLine(out, index, outcome);
    return out;
}

std::string jsonOfText(std::string_view value)
{
    const std::string line = jsonLine(0, text(value));
    constexpr auto before = R"({"index": 0, "value": )"sv;
    return line.substr(before.size(), line.size() - before.size() - 1);
}

std::string contents(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

using Rows = std::vector<std::vector<std::string>>;

Rows parseCsv(std::string_view document)
{
    struct Reader {
        Rows rows = {{}};
    } reader;
    csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    const auto field = [](void *bytes, std::size_t size, void *to) {
        static_cast<Reader *>(to)->rows.back().emplace_back(static_cast<char *>(bytes), size);
    };
    const auto row = [](int, void *to) {
        static_cast<Reader *>(to)->rows.emplace_back();
    };
    EXPECT_EQ(
        csv_parse(&parser, document.data(), document.size(), field, row, &reader), document.size());
    EXPECT_EQ(csv_fini(&parser, field, row, &reader), 0);
    csv_free(&parser);
    reader.rows.pop_back();
    return reader.rows;
}

template <typename T> struct Array {
    std::string header;
    std::vector<T> values;
};

template <typename T> Array<T> readNpy(const fs::path &path)
{
    const std::string file = contents(path);
    EXPECT_EQ(file.substr(0, 8), "\x93NUMPY\x01\x00"s);
    const std::size_t size = static_cast<unsigned char>(file[8])
        + std::size_t{256} * static_cast<unsigned char>(file[9]);
    EXPECT_EQ((10 + size) % 64, 0U);
    EXPECT_EQ(file[9 + size], '\n');
    Array<T> array;
    array.header = file.substr(10, file.find_last_not_of(" \n", 9 + size) - 9);
    for (std::size_t at = 10 + size; at < file.size(); at += sizeof(T)) {
        T value;
        std::memcpy(&value, file.data() + at, sizeof value);
        array.values.push_back(value);
    }
    return array;
}

std::string npyHeader(std::string_view element, std::size_t count)
{
    return "{'descr': '" + std::string(element) + "', 'fortran_order': False, 'shape': ("
        + std::to_string(count) + ",), }";
}

template <typename T> std::string messageOf(const Result<T> &result)
{
    return result ? "(no error)" : result.error().message;
}

class Writing : public testing::Test {
protected:
    Writing()
    {
        std::string name = (fs::temp_directory_path() / "report_test.XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        m_directory = name;
    }
    ~Writing() override { fs::remove_all(m_directory); }

    fs::path path(std::string_view name) const { return m_directory / name; }

    static std::unique_ptr<OutcomeWriter> open(const fs::path &path)
    {
        auto writer = openOutcomeWriter(path);
        EXPECT_TRUE(writer) << messageOf(writer);
        return writer ? std::move(*writer) : nullptr;
    }

    // Writes the outcomes as those of the indices 0, 1, ... and returns the path.
    fs::path writeAll(std::string_view name, const std::vector<OutcomeView> &outcomes) const
    {
        const fs::path file = path(name);
        const auto writer = open(file);
        std::uint64_t index = 0;
        for (const OutcomeView &outcome : outcomes) {
            const auto written = writer->write(index++, outcome);
            EXPECT_TRUE(written) << messageOf(written);
        }
        const auto finished = writer->finish();
        EXPECT_TRUE(finished) << messageOf(finished);
        return file;
    }

    void put(std::string_view name, std::string_view text) const
    {
        std::ofstream(path(name), std::ios::binary) << text;
    }

    std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (const auto &entry : fs::directory_iterator(m_directory))
            names.push_back(entry.path().filename());
        return names;
    }

private:
    fs::path m_directory;
};

using AtomicFileTest = Writing;
using OutcomeWriterTest = Writing;
using NpyTest = Writing;

struct RealCase {
    double value;
    const char *repr;
};

} // namespace

// The right column is what Python 3.11 prints.
TEST(ValueText, RealsLookAsInPython)
{
    const RealCase cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {2.0, "2.0"},
        {-17.0, "-17.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {1.4142135623730951, "1.4142135623730951"},
        {70.69653456853453, "70.69653456853453"},
        {1e-3, "0.001"},
        {1e-4, "0.0001"},
        {0.00012345678901234567, "0.00012345678901234567"},
        {9.999999999999999e-05, "9.999999999999999e-05"},
        {1e-5, "1e-05"},
        {1.5e-5, "1.5e-05"},
        {1e-7, "1e-07"},
        {1e-10, "1e-10"},
        {1e-100, "1e-100"},
        {100000.0, "100000.0"},
        {1e15, "1000000000000000.0"},
        {123456789012345.6, "123456789012345.6"},
        {1234567890123456.0, "1234567890123456.0"},
        {9007199254740991.0, "9007199254740991.0"},
        {9007199254740992.0, "9007199254740992.0"},
        {9007199254740994.0, "9007199254740994.0"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e16, "1e+16"},
        {-1e16, "-1e+16"},
        {1.0000000000000002e16, "1.0000000000000002e+16"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {1e21, "1e+21"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {9.007199254740993e22, "9.007199254740994e+22"},
        {1.5e300, "1.5e+300"},
        {1e100, "1e+100"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {5e-324, "5e-324"},
        {-5e-324, "-5e-324"},
        {infinity, "inf"},
        {-infinity, "-inf"},
        {notANumber, "nan"},
        {std::copysign(notANumber, -1.0), "nan"},
    };
    for (const RealCase &c : cases)
        EXPECT_EQ(realText(c.value), c.repr);
}

TEST(ValueText, RealsReadBackTheSame)
{
    std::mt19937_64 random(1);
    std::string text;
    for (int i = 0; i < 100'000; ++i) {
        const auto value = std::bit_cast<double>(random());
        text.clear();
        appendReal(text, value);
        double again = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), again);
        ASSERT_EQ(error, std::errc()) << text;
        ASSERT_EQ(end, text.data() + text.size()) << text;
        if (std::isnan(value))
            ASSERT_TRUE(std::isnan(again));
        else
            ASSERT_EQ(std::bit_cast<std::uint64_t>(again), std::bit_cast<std::uint64_t>(value));
    }
}

TEST(ValueText, EveryKindHasAText)
{
    EXPECT_EQ(textOf(none()), "null");
    EXPECT_EQ(textOf(integer(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
    EXPECT_EQ(textOf(real(2)), "2.0");
    EXPECT_EQ(textOf(text("a\xff b")), "a\xff b");
    EXPECT_EQ(textOf(textual(OutcomeKind::Bytes, "\0\xff"sv)), "\0\xff"sv);
    EXPECT_EQ(textOf(json("[1,\n2]")), "[1, 2]");
    EXPECT_EQ(textOf(textual(OutcomeKind::Repr, "<object>")), "<object>");
    EXPECT_EQ(textOf(textual(OutcomeKind::Reals, oneAndAHalf)), "[1.0,0.5]");
    EXPECT_EQ(textOf(textual(OutcomeKind::Reals, "")), "[]");
    EXPECT_EQ(textOf(failed(badRow)), "");
}

TEST(ValueText, EveryKindHasAJsonLine)
{
    EXPECT_EQ(jsonLine(0, none()), R"({"index": 0, "value": null})");
    EXPECT_EQ(jsonLine(18446744073709551615U, integer(-5)),
        R"({"index": 18446744073709551615, "value": -5})");
    EXPECT_EQ(jsonLine(2, real(1e-7)), R"({"index": 2, "value": 1e-07})");
    EXPECT_EQ(jsonLine(3, real(-infinity)), R"({"index": 3, "value": "-inf", "repr": true})");
    EXPECT_EQ(jsonLine(3, real(notANumber)), R"({"index": 3, "value": "nan", "repr": true})");
    EXPECT_EQ(jsonLine(4, text("inf")), R"({"index": 4, "value": "inf"})");
    EXPECT_EQ(jsonLine(5, json("{\"a\":\r\n[1]}")), R"({"index": 5, "value": {"a":  [1]}})");
    EXPECT_EQ(jsonLine(6, textual(OutcomeKind::Repr, "<a \"b\">")),
        R"({"index": 6, "value": "<a \"b\">", "repr": true})");
    EXPECT_EQ(jsonLine(6, textual(OutcomeKind::Reals, oneAndAHalf)),
        R"({"index": 6, "value": [1.0,0.5]})");
    EXPECT_EQ(jsonLine(7, failed(badRow)),
        R"({"index": 7, "failure": {"kind": "exception", "type": "ValueError", )"
        R"("message": "bad, \"row\"", "detail": "Traceback\n  line 1"}})");
    EXPECT_EQ(jsonLine(8, failed({"timeout", "", "no answer in 5 s", ""})),
        R"({"index": 8, "failure": {"kind": "timeout", "message": "no answer in 5 s"}})");
}

TEST(ValueText, BytesInJsonLookAsInPython)
{
    const auto repr = [](std::string_view bytes) {
        const auto parsed = nlohmann::json::parse(jsonLine(0, textual(OutcomeKind::Bytes, bytes)));
        EXPECT_EQ(parsed.at("repr"), true);
        return parsed.at("value").get<std::string>();
    };
    EXPECT_EQ(repr(""), "b''");
    EXPECT_EQ(repr("abc ~"), "b'abc ~'");
    EXPECT_EQ(repr("\0\t\n\r\x1f\x7f\x80\xff\\"sv), R"(b'\x00\t\n\r\x1f\x7f\x80\xff\\')");
    EXPECT_EQ(repr("it's"), R"(b"it's")");
    EXPECT_EQ(repr("say \"it\""), R"(b'say "it"')");
    EXPECT_EQ(repr("it's \"it\""), R"(b'it\'s "it"')");
}

TEST(ValueText, JsonStringsKeepUtf8AndEscapeTheRest)
{
    EXPECT_EQ(jsonOfText(""), R"("")");
    EXPECT_EQ(jsonOfText("\"\\/"), R"("\"\\/")");
    EXPECT_EQ(jsonOfText("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(jsonOfText("\0\x01\x1f\x7f"sv), "\"\\u0000\\u0001\\u001f\x7f\"");
    EXPECT_EQ(jsonOfText("é€𝄞\u2028"), "\"é€𝄞\u2028\"");
    EXPECT_EQ(jsonOfText("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"");
}

// The right column is what Python's json.dumps(bytes.decode("utf-8", "surrogateescape")) prints.
TEST(ValueText, BytesThatAreNotUtf8BecomeLoneSurrogates)
{
    EXPECT_EQ(jsonOfText("\xff"), R"("\udcff")");
    EXPECT_EQ(jsonOfText("a\x80z"), R"("a\udc80z")");
    EXPECT_EQ(jsonOfText("\xe2\x82"), R"("\udce2\udc82")"); // cut at the end
    EXPECT_EQ(jsonOfText("\xe2\x82z"), R"("\udce2\udc82z")"); // cut by another character
    EXPECT_EQ(jsonOfText("\xe2\xe2\x82\xac"), "\"\\udce2€\"");
    EXPECT_EQ(jsonOfText("\xf0\x9d\x84\xc3\xa9"), "\"\\udcf0\\udc9d\\udc84é\"");
    EXPECT_EQ(jsonOfText("\xc0\xaf"), R"("\udcc0\udcaf")"); // overlong
    EXPECT_EQ(jsonOfText("\xe0\x80\xaf"), R"("\udce0\udc80\udcaf")");
    EXPECT_EQ(jsonOfText("\xf0\x80\x80\xaf"), R"("\udcf0\udc80\udc80\udcaf")");
    EXPECT_EQ(jsonOfText("\xed\xa0\x80"), R"("\udced\udca0\udc80")"); // U+D800
    EXPECT_EQ(jsonOfText("\xed\xbf\xbf"), R"("\udced\udcbf\udcbf")"); // U+DFFF
    EXPECT_EQ(jsonOfText("\xf4\x90\x80\x80"), R"("\udcf4\udc90\udc80\udc80")"); // above U+10FFFF
    EXPECT_EQ(jsonOfText("\xf8\x88\x80\x80\x80"), R"("\udcf8\udc88\udc80\udc80\udc80")");
}

TEST(ValueText, WellFormedTextReadsBackFromJson)
{
    std::mt19937 random(2);
    std::uniform_int_distribution<std::size_t> length(0, 40);
    const std::vector<std::string> pieces = {
        "a", "\"", "\\", "\n", "\x01", "é", "€", "𝄞", "\u2028", "0", " ", "\x7f"};
    std::uniform_int_distribution<std::size_t> piece(0, pieces.size() - 1);
    for (int i = 0; i < 2000; ++i) {
        std::string value;
        for (std::size_t n = length(random); n > 0; --n)
            value += pieces[piece(random)];
        ASSERT_EQ(nlohmann::json::parse(jsonOfText(value)).get<std::string>(), value);
    }
}

TEST(ValueText, FailuresHaveOneLine)
{
    EXPECT_EQ(failureText(badRow), "ValueError: bad, \"row\"");
    EXPECT_EQ(failureText({"timeout", "", "no answer in 5 s", ""}), "timeout: no answer in 5 s");
    EXPECT_EQ(failureText({"exception", "KeyError", "", "x"}), "KeyError");
    EXPECT_EQ(failureText({"exception", "E", "one\r\ntwo", ""}), "E: one  two");
}

TEST(CsvText, QuotesOnlyWhatNeedsIt)
{
    const auto field = [](std::string_view value) {
        std::string out = "before, ";
        out += value;
        quoteCsvField(out, 8);
        EXPECT_EQ(out.substr(0, 8), "before, ");
        return out.substr(8);
    };
    for (const auto plain :
        {""sv, "a"sv, "two words"sv, "1.5e-07"sv, "it's"sv, "\xff\xfe"sv, "é;"sv})
        EXPECT_EQ(field(plain), plain);
    EXPECT_EQ(field("a,b"), "\"a,b\"");
    EXPECT_EQ(field("\""), "\"\"\"\"");
    EXPECT_EQ(field("a\nb"), "\"a\nb\"");
    EXPECT_EQ(field("a\rb"), "\"a\rb\"");
    EXPECT_EQ(field(" a"), "\" a\"");
    EXPECT_EQ(field("a\t"), "\"a\t\"");
    EXPECT_EQ(field(std::string(3000, '"')), std::string(6002, '"'));
}

TEST_F(OutcomeWriterTest, CsvReadsBack)
{
    const fs::path file = writeAll("out.csv",
        {none(), integer(7), real(0.1), text("a,\"b\"\r\nc"), text(" é\xff "), json("[1, 2]"),
            text(""), failed(badRow)});
    EXPECT_TRUE(contents(file).starts_with("index,value,failure\n0,null,\n1,7,\n2,0.1,\n"));
    EXPECT_THAT(parseCsv(contents(file)),
        ElementsAre(ElementsAre("index", "value", "failure"), ElementsAre("0", "null", ""),
            ElementsAre("1", "7", ""), ElementsAre("2", "0.1", ""),
            ElementsAre("3", "a,\"b\"\r\nc", ""), ElementsAre("4", " é\xff ", ""),
            ElementsAre("5", "[1, 2]", ""), ElementsAre("6", "", ""),
            ElementsAre("7", "", "ValueError: bad, \"row\"")));
}

TEST_F(OutcomeWriterTest, JsonLinesReadBack)
{
    std::ifstream file(writeAll("out.jsonl", {integer(7), text("a\nb"), failed(badRow)}));
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(nlohmann::json::parse(line));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0], (nlohmann::json{{"index", 0}, {"value", 7}}));
    EXPECT_EQ(lines[1], (nlohmann::json{{"index", 1}, {"value", "a\nb"}}));
    EXPECT_EQ(lines[2]["failure"]["type"], "ValueError");
}

TEST_F(OutcomeWriterTest, TextHasALineForEachOutcome)
{
    EXPECT_EQ(contents(writeAll("out.txt", {real(2), failed(badRow), text("x y"), none()})),
        "2.0\n\nx y\nnull\n");
}

TEST_F(OutcomeWriterTest, EmptyRunsLeaveValidFiles)
{
    EXPECT_EQ(contents(writeAll("out.csv", {})), "index,value,failure\n");
    EXPECT_EQ(contents(writeAll("out.jsonl", {})), "");
    EXPECT_EQ(contents(writeAll("out.txt", {})), "");
    EXPECT_EQ(readNpy<double>(writeAll("out.npy", {})).header, npyHeader("<f8", 0));
}

TEST_F(OutcomeWriterTest, ManyAtOnceAreTheSameAsOneByOne)
{
    const auto writer = open(path("out.csv"));
    ASSERT_TRUE(writer->writeIntegers(5, std::vector<std::int64_t>{1, 2}));
    ASSERT_TRUE(writer->writeReals(7, std::vector<double>{0.5, notANumber}));
    ASSERT_TRUE(writer->finish());
    EXPECT_EQ(contents(path("out.csv")), "index,value,failure\n5,1,\n6,2,\n7,0.5,\n8,nan,\n");
}

TEST_F(OutcomeWriterTest, LongTextsPassTheBuffer)
{
    const std::string longText(700'000, 'x');
    EXPECT_EQ(contents(writeAll("out.txt", {text("a"), text(longText), text("b")})),
        "a\n" + longText + "\nb\n");
}

TEST_F(OutcomeWriterTest, UnknownEndingsNameTheKnownOnes)
{
    for (const auto name : {"out.xlsx", "out", "out.csv.gz", ".csv", "out.CSV"}) {
        const auto writer = openOutcomeWriter(path(name));
        EXPECT_EQ(messageOf(writer),
            "cannot write " + path(name).string()
                + ": its ending must be .csv, .jsonl, .txt or .npy");
    }
    EXPECT_THAT(names(), ElementsAre());
}

TEST_F(OutcomeWriterTest, NothingAppearsBeforeTheFinish)
{
    put("out.txt", "old");
    {
        const auto writer = open(path("out.txt"));
        ASSERT_TRUE(writer->write(0, text(std::string(600'000, 'x'))));
        EXPECT_EQ(contents(path("out.txt")), "old");
    }
    EXPECT_EQ(contents(path("out.txt")), "old");
    EXPECT_THAT(names(), ElementsAre("out.txt"));
    writeAll("out.txt", {integer(1)});
    EXPECT_EQ(contents(path("out.txt")), "1\n");
    EXPECT_THAT(names(), ElementsAre("out.txt"));
}

TEST_F(NpyTest, IsNotAColumnForFewInputsOrMoreThanFit)
{
    for (const std::uint64_t inputs :
        {std::uint64_t{1000}, std::uint64_t{1} << 39, (std::uint64_t{1} << 61) + (1U << 20)}) {
        const auto writer = open(path("out.npy"));
        EXPECT_FALSE(writer->columnFor(inputs)) << inputs;
        EXPECT_TRUE(writer->write(0, integer(1)));
        EXPECT_TRUE(writer->finish());
        EXPECT_EQ(readNpy<std::int64_t>(path("out.npy")).header, npyHeader("<i8", 1));
    }
}

TEST_F(NpyTest, IntegersStayIntegers)
{
    const auto array = readNpy<std::int64_t>(
        writeAll("out.npy", {integer(1), integer(INT64_MAX), integer(-3), json("true")}));
    EXPECT_EQ(array.header, npyHeader("<i8", 4));
    EXPECT_THAT(array.values, ElementsAre(1, INT64_MAX, -3, 1));
}

TEST_F(NpyTest, BooleansStayBooleans)
{
    const auto few =
        readNpy<bool>(writeAll("out.npy", {json("true"), json("false"), json("true")}));
    EXPECT_EQ(few.header, npyHeader("|b1", 3));
    EXPECT_THAT(few.values, ElementsAre(true, false, true));

    std::vector<OutcomeView> outcomes(150'000, json("false"));
    outcomes.back() = json("true");
    const auto many = readNpy<bool>(writeAll("out.npy", outcomes));
    EXPECT_EQ(many.header, npyHeader("|b1", outcomes.size()));
    ASSERT_EQ(many.values.size(), outcomes.size());
    EXPECT_EQ(std::count(many.values.begin(), many.values.end(), true), 1);
    EXPECT_TRUE(many.values.back());
}

TEST_F(NpyTest, RealsFailuresAndNoneAreReals)
{
    const auto array = readNpy<double>(
        writeAll("out.npy", {none(), real(0.5), integer(3), failed(badRow), json("false")}));
    EXPECT_EQ(array.header, npyHeader("<f8", 5));
    EXPECT_THAT(array.values, ElementsAre(testing::IsNan(), 0.5, 3.0, testing::IsNan(), 0.0));
}

TEST_F(NpyTest, IntegersAreConvertedAcrossBlocks)
{
    constexpr std::int64_t block = 64 * 1024;
    for (const std::int64_t count : {std::int64_t{1}, block - 1, block, block + 1, 3 * block + 7}) {
        std::vector<std::int64_t> integers;
        for (std::int64_t i = 0; i < count; ++i)
            integers.push_back(i * 1'000'003 - 5);
        const auto writer = open(path("out.npy"));
        ASSERT_TRUE(writer->writeIntegers(0, integers));
        ASSERT_TRUE(writer->write(integers.size(), failed(badRow)));
        ASSERT_TRUE(writer->writeIntegers(integers.size() + 1, integers));
        ASSERT_TRUE(writer->finish());

        const auto array = readNpy<double>(path("out.npy"));
        std::vector<double> expected(integers.begin(), integers.end());
        EXPECT_EQ(array.header, npyHeader("<f8", 2 * integers.size() + 1));
        ASSERT_EQ(array.values.size(), 2 * integers.size() + 1);
        EXPECT_TRUE(std::isnan(array.values[integers.size()]));
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), array.values.begin()));
        EXPECT_TRUE(std::equal(expected.rbegin(), expected.rend(), array.values.rbegin()));
    }
}

TEST_F(NpyTest, ManyRealsPassInOnePiece)
{
    std::vector<double> reals(100'003);
    for (std::size_t i = 0; i < reals.size(); ++i)
        reals[i] = std::sqrt(static_cast<double>(i));
    const auto writer = open(path("out.npy"));
    ASSERT_TRUE(writer->write(0, real(-1)));
    ASSERT_TRUE(writer->writeReals(1, reals));
    ASSERT_TRUE(writer->writeReals(1 + reals.size(), {}));
    ASSERT_TRUE(writer->finish());
    const auto array = readNpy<double>(path("out.npy"));
    EXPECT_EQ(array.header, npyHeader("<f8", reals.size() + 1));
    reals.insert(reals.begin(), -1);
    EXPECT_EQ(array.values, reals);
}

TEST_F(NpyTest, IntegersThatNoDoubleEqualsAreRefusedBesideReals)
{
    constexpr std::int64_t odd = (std::int64_t{1} << 53) + 1;
    const auto expected = "index 18: integer 9007199254740993 does not fit a double, which other "
                          "values of the array need; use .jsonl or .csv";
    put("out.npy", "old");
    {
        const auto writer = open(path("out.npy"));
        ASSERT_TRUE(writer->writeIntegers(17, std::vector<std::int64_t>{odd - 1, odd, odd + 2}));
        EXPECT_EQ(messageOf(writer->write(20, real(0.5))), expected);
        EXPECT_EQ(messageOf(writer->finish()), expected);
    }
    {
        const auto writer = open(path("out.npy"));
        ASSERT_TRUE(writer->write(17, real(0.5)));
        EXPECT_EQ(messageOf(writer->write(18, integer(odd))), expected);
        EXPECT_EQ(messageOf(writer->write(19, integer(1))), expected);
        EXPECT_EQ(messageOf(writer->finish()), expected);
    }
    EXPECT_EQ(contents(path("out.npy")), "old");

    const auto writer = open(path("out.npy"));
    ASSERT_TRUE(writer->write(0, real(0.5)));
    EXPECT_THAT(messageOf(writer->write(1, integer(INT64_MAX))), HasSubstr("does not fit"));
    const auto lowest = open(path("lowest.npy"));
    ASSERT_TRUE(lowest->write(0, integer(INT64_MIN)));
    EXPECT_TRUE(lowest->write(1, real(0.5)));
}

TEST_F(NpyTest, OnlyNumbersFit)
{
    const std::pair<OutcomeView, std::string> cases[] = {
        {text("x"), "text"},
        {textual(OutcomeKind::Bytes, "x"), "bytes"},
        {json("{}"), "a JSON value"},
        {json("[true]"), "a list"},
        {textual(OutcomeKind::Reals, oneAndAHalf), "a list"},
        {json("-18446744073709551616"), "an integer beyond 64 bits"},
        {textual(OutcomeKind::Repr, "x"), "an object"},
    };
    for (const auto &[outcome, noun] : cases) {
        const auto writer = open(path("out.npy"));
        const std::string expected =
            "index 17 is " + noun + "; .npy holds numbers: use .jsonl or .csv";
        EXPECT_EQ(messageOf(writer->write(17, outcome)), expected);
        EXPECT_EQ(messageOf(writer->write(18, integer(1))), expected);
        EXPECT_EQ(messageOf(writer->finish()), expected);
    }
    EXPECT_THAT(names(), ElementsAre());
}

/// Whether a file can be given its name when it is whole.
bool canNameLater(const fs::path &named)
{
    const int descriptor =
        ::open(named.parent_path().c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
    const std::string file = "/proc/self/fd/" + std::to_string(descriptor);
    return descriptor >= 0
        && ::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, named.c_str(), AT_SYMLINK_FOLLOW) == 0
        && ::close(descriptor) == 0 && fs::remove(named);
}

constexpr int cannotForbid = 77;

/// What `work` returns in a process to which links are forbidden, as some sandboxes do.
template <typename Work> int withoutLinks(Work work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        sock_filter instructions[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_linkat, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog program{std::size(instructions), instructions};
        const bool isForbidden = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
        ::_exit(isForbidden ? work() : cannotForbid);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(AtomicFileTest, HasANameFromTheStartWhereItCannotGetOneLater)
{
    put("out.txt", "old");
    const int namesMeanwhile = withoutLinks([&] {
        const auto file = AtomicFile::open(path("out.txt"));
        return file && (*file)->append("new") ? static_cast<int>(names().size()) : 0;
    });
    if (namesMeanwhile == cannotForbid)
        GTEST_SKIP() << "links cannot be forbidden here";
    EXPECT_EQ(namesMeanwhile, 2);
    EXPECT_THAT(names(), ElementsAre("out.txt"));
    EXPECT_EQ(contents(path("out.txt")), "old");
    EXPECT_EQ(withoutLinks([&] { return writeFile(path("out.txt"), "new") ? 1 : 0; }), 1);
    EXPECT_THAT(names(), ElementsAre("out.txt"));
    EXPECT_EQ(contents(path("out.txt")), "new");
}

TEST_F(AtomicFileTest, NothingIsSeenBeforeItIsWhole)
{
    if (!canNameLater(path("probe")))
        GTEST_SKIP() << "files cannot be named later here";
    put("out.txt", "old");
    const auto file = AtomicFile::open(path("out.txt"));
    ASSERT_TRUE((*file)->append(std::string(1'000'000, 'x')));
    EXPECT_THAT(names(), ElementsAre("out.txt"));
    ASSERT_TRUE((*file)->commit());
    EXPECT_THAT(names(), ElementsAre("out.txt"));
    EXPECT_EQ(fs::file_size(path("out.txt")), 1'000'000);
}

TEST_F(AtomicFileTest, ErrorsNameThePathAndTheReason)
{
    const fs::path missing = path("no/such/out.csv");
    EXPECT_EQ(messageOf(openOutcomeWriter(missing)),
        "cannot write " + missing.string() + ": No such file or directory");
    fs::create_directory(path("directory.csv"));
    EXPECT_EQ(messageOf(openOutcomeWriter(path("directory.csv"))),
        "cannot write " + path("directory.csv").string() + ": Is a directory");
    fs::create_symlink("circle.csv", path("circle.csv"));
    EXPECT_THAT(messageOf(openOutcomeWriter(path("circle.csv"))),
        HasSubstr("circle.csv: Too many levels of symbolic links"));
}

TEST_F(AtomicFileTest, WriteProtectedFilesStay)
{
    if (::geteuid() == 0)
        GTEST_SKIP() << "root may write everything";
    put("out.txt", "old");
    fs::permissions(path("out.txt"), fs::perms::owner_read);
    EXPECT_THAT(messageOf(openOutcomeWriter(path("out.txt"))), HasSubstr("Permission denied"));
}

TEST_F(AtomicFileTest, LinksStayAndTheirTargetsAreReplaced)
{
    fs::create_directory(path("deep"));
    put("deep/target", "old");
    fs::create_symlink("deep/second", path("first.txt"));
    fs::create_symlink("target", path("deep/second"));
    writeAll("first.txt", {integer(1)});
    EXPECT_TRUE(fs::is_symlink(path("first.txt")));
    EXPECT_TRUE(fs::is_symlink(path("deep/second")));
    EXPECT_FALSE(fs::is_symlink(path("deep/target")));
    EXPECT_EQ(contents(path("deep/target")), "1\n");

    fs::create_symlink(path("deep/new"), path("dangling.txt"));
    writeAll("dangling.txt", {integer(2)});
    EXPECT_TRUE(fs::is_symlink(path("dangling.txt")));
    EXPECT_EQ(contents(path("deep/new")), "2\n");
}

TEST_F(AtomicFileTest, ModesComeFromTheOldFileOrTheUmask)
{
    put("old.txt", "");
    fs::permissions(path("old.txt"), fs::perms(0640));
    writeAll("old.txt", {});
    EXPECT_EQ(fs::status(path("old.txt")).permissions(), fs::perms(0640));

    const mode_t umaskBefore = ::umask(027);
    writeAll("new.txt", {});
    ::umask(umaskBefore);
    EXPECT_EQ(fs::status(path("new.txt")).permissions(), fs::perms(0640));
}

TEST_F(AtomicFileTest, FullDisksAreAnErrorThatStays)
{
    struct ::rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    struct ::rlimit limited = before;
    limited.rlim_cur = 1'000'000;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limited);
    put("out.txt", "old");
    std::string appendError = "(no error)";
    std::string commitError;
    {
        const auto file = AtomicFile::open(path("out.txt"));
        const std::string piece(30'000, 'x');
        for (int i = 0; i < 100 && appendError == "(no error)"; ++i)
            appendError = messageOf((*file)->append(piece));
        commitError = messageOf((*file)->commit());
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(appendError, "cannot write " + path("out.txt").string() + ": File too large");
    EXPECT_EQ(commitError, appendError);
    EXPECT_EQ(contents(path("out.txt")), "old");
    EXPECT_THAT(names(), ElementsAre("out.txt"));
}

TEST_F(AtomicFileTest, DevicesAreWrittenDirectly)
{
    fs::create_symlink("/dev/full", path("full.csv"));
    const auto full = open(path("full.csv"));
    ASSERT_TRUE(full->write(0, integer(1)));
    EXPECT_THAT(messageOf(full->finish()), HasSubstr("full.csv: No space left on device"));
    EXPECT_TRUE(fs::is_character_file("/dev/full"));

    fs::create_symlink("/dev/null", path("null.npy"));
    EXPECT_THAT(messageOf(openOutcomeWriter(path("null.npy"))),
        AllOf(HasSubstr("null.npy"), HasSubstr("not a pipe or device")));
}

TEST_F(AtomicFileTest, PipesAreWrittenDirectly)
{
    ASSERT_EQ(::mkfifo(path("pipe.csv").c_str(), 0600), 0);
    auto reader = std::async(std::launch::async, [&] { return contents(path("pipe.csv")); });
    const std::string longText(900'000, 'x');
    writeAll("pipe.csv", {integer(1), text(longText)});
    EXPECT_EQ(reader.get(), "index,value,failure\n0,1,\n1," + longText + ",\n");
    EXPECT_TRUE(fs::is_fifo(path("pipe.csv")));
}

TEST_F(AtomicFileTest, BytesCanBeReadBackAndOverwritten)
{
    const auto file = AtomicFile::open(path("file"));
    ASSERT_TRUE(file) << messageOf(file);
    ASSERT_TRUE((*file)->append("0123456789"));
    ASSERT_TRUE((*file)->overwriteAt(2, "ab"));
    ASSERT_TRUE((*file)->append("x"));
    std::byte bytes[4] = {};
    ASSERT_TRUE((*file)->readAt(1, bytes));
    EXPECT_EQ(std::memcmp(bytes, "1ab4", 4), 0);
    EXPECT_THAT(messageOf((*file)->readAt(9, bytes)), HasSubstr("cannot read back"));
    EXPECT_FALSE((*file)->commit());
}

TEST(AlignedTable, AlignsFieldsRight)
{
    EXPECT_EQ(alignedTable({{"", "A", "BB"}, {"mean", "19 µs", "1"}}),
        "          A  BB\nmean  19 µs   1\n");
}
