// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/csvindex.h"
#include "input/inputsource.h"
#include "spec/csvrecord.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

namespace poolscope {
namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

std::vector<std::string> strings(std::string_view encoded)
{
    std::vector<std::string> all;
    while (!encoded.empty()) {
        std::uint32_t length = 0;
        std::memcpy(&length, encoded.data(), sizeof(length));
        all.emplace_back(encoded.substr(sizeof(length), length));
        encoded.remove_prefix(sizeof(length) + length);
    }
    return all;
}

class Csv : public testing::Test {
protected:
    ~Csv() override { std::filesystem::remove(m_path); }

    Result<CsvIndex> open(const std::string &text, CsvInput spec = {})
    {
        std::ofstream(m_path, std::ios::binary) << text;
        spec.path = m_path;
        return CsvIndex::open(spec);
    }
    static Rows read(CsvIndex &index, std::uint64_t first, std::uint64_t count)
    {
        std::string encoded;
        const auto read = index.read({first, count}, encoded);
        EXPECT_TRUE(read) << read.error().message;
        Rows rows;
        for (const std::string &item : strings(encoded))
            rows.push_back(strings(item));
        return rows;
    }
    static Rows all(CsvIndex &index) { return read(index, 0, index.rowCount()); }
    Rows rowsOf(const std::string &text, CsvInput spec = {})
    {
        auto index = open(text, std::move(spec));
        EXPECT_TRUE(index) << index.error().message;
        return index ? all(*index) : Rows();
    }
    /// What is wrong with the file, without its name.
    std::string mistake(const std::string &text, CsvInput spec = {})
    {
        const auto index = open(text, std::move(spec));
        EXPECT_FALSE(index) << testing::PrintToString(text);
        if (index)
            return {};
        std::string message = index.error().message;
        if (const auto at = message.find(m_path); at != std::string::npos)
            message.replace(at, m_path.size(), "rows.csv");
        return message;
    }

    std::string m_path = testing::TempDir() + "poolscope-csv-" + std::to_string(getpid());
};

TEST_F(Csv, HasRowsAsRfc4180DoesAndByteByByte)
{
    EXPECT_EQ(rowsOf("a,b\n1,2\n"), (Rows{{"1", "2"}}));
    EXPECT_EQ(rowsOf("a,b\r\n1,2\r\n3,4"), (Rows{{"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(rowsOf("a,b\r1,2\r3,4\r"), (Rows{{"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(rowsOf("a,b\n\"1,\"\"x\"\"\",\"\"\n"), (Rows{{"1,\"x\"", ""}}));
    EXPECT_EQ(rowsOf("a,b\n\"one\r\ntwo\n\rthree\",\n"), (Rows{{"one\r\ntwo\n\rthree", ""}}));
    EXPECT_EQ(rowsOf("a,b\n 1 ,\t2\t\n"), (Rows{{" 1 ", "\t2\t"}}));
    EXPECT_EQ(rowsOf("a\n\n1\n\n\r\n2\n\n"), (Rows{{"1"}, {"2"}}));
    EXPECT_EQ(rowsOf("a\n\"\"\n"), (Rows{{""}}));
    EXPECT_EQ(rowsOf(std::string("a\n\0\xff\n", 5)), (Rows{{std::string("\0\xff", 2)}}));
    EXPECT_EQ(rowsOf("a,b\n"), Rows());
}

TEST_F(Csv, MayBeginWithAByteOrderMark)
{
    auto index = open("\xef\xbb\xbf\"a\",b\n1,2\n");
    ASSERT_TRUE(index);
    EXPECT_EQ(index->columns(), (Row{"a", "b"}));
    EXPECT_EQ(rowsOf("\xef\xbb\xbf\"1\",2\n3,4\n", {{}, ',', CsvInput::Header::None, {}}),
        (Rows{{"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(mistake(std::string("\xff\xfe"
                                  "a\0",
                  4)),
        "cannot read rows.csv: it is UTF-16; save it as UTF-8");
}

TEST_F(Csv, HasOtherDelimitersAndNoHeader)
{
    EXPECT_EQ(rowsOf("a;b\n1,5;2\n", {{}, ';', {}, {}}), (Rows{{"1,5", "2"}}));
    EXPECT_EQ(rowsOf("a\tb\n1\t\n", {{}, '\t', {}, {}}), (Rows{{"1", ""}}));
    EXPECT_EQ(rowsOf("a b\n1 \n", {{}, ' ', {}, {}}), (Rows{{"1", ""}}));
    auto index = open("1,2\n3,4\n", {{}, ',', CsvInput::Header::None, {"2"}});
    ASSERT_TRUE(index);
    EXPECT_EQ(index->columns(), (Row{"2"}));
    EXPECT_EQ(all(*index), (Rows{{"2"}, {"4"}}));
}

TEST_F(Csv, MayNameItsDelimiterInTheFirstLine)
{
    const CsvInput withoutHeader{{}, ',', CsvInput::Header::None, {}};
    for (const char *first :
        {"sep=;\n", "sep=;\r\n", "SEP=;\r", "\"sep=;\"\n", "\xef\xbb\xbfsep=;\n"}) {
        const std::string text = std::string(first) + "a;b\n1,5;2\n3;4\n";
        auto index = open(text);
        ASSERT_TRUE(index) << first;
        EXPECT_EQ(index->columns(), (Row{"a", "b"})) << first;
        EXPECT_EQ(all(*index), (Rows{{"1,5", "2"}, {"3", "4"}})) << first;
        EXPECT_EQ(read(*index, 1, 1), (Rows{{"3", "4"}})) << first;
        EXPECT_EQ(rowsOf(text, withoutHeader), (Rows{{"a", "b"}, {"1,5", "2"}, {"3", "4"}}))
            << first;
        const auto preview = previewCsv({m_path, ',', CsvInput::Header::FirstRow, {}}, 1);
        ASSERT_TRUE(preview);
        EXPECT_EQ(preview->columns, (Row{"a", "b"}));
        EXPECT_EQ(preview->rows, (Rows{{"1,5", "2"}}));
        EXPECT_EQ((*openInput(CsvInput{m_path, ',', {}, {}}))->text(0).value(), "1,5;2");
    }
    EXPECT_EQ(rowsOf("sep=\tx\n1\n", {}), (Rows{{"1"}})) << "which is a header";
    EXPECT_EQ(mistake("sep=;\na;b\n1\n"), "rows.csv:3: 1 field, but the header has 2");
}

TEST_F(Csv, AGivenDelimiterWinsOverTheFirstLine)
{
    const CsvInput tabs{{}, '\t', CsvInput::Header::FirstRow, {}};
    auto index = open("sep=;\na\tb;c\n1\t2\n", tabs);
    ASSERT_TRUE(index);
    EXPECT_EQ(index->delimiter(), '\t');
    EXPECT_EQ(index->columns(), (Row{"a", "b;c"}));
    EXPECT_EQ(all(*index), (Rows{{"1", "2"}}));
    const auto preview = previewCsv({m_path, '\t', CsvInput::Header::FirstRow, {}}, 1);
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->rows, (Rows{{"1", "2"}}));
}

TEST_F(Csv, AQuoteOrAZeroByteIsNoDelimiter)
{
    using namespace std::string_literals;
    EXPECT_EQ(rowsOf("sep=\0\n1\n"s, {}), (Rows{{"1"}})) << "whose first line is a header";
    EXPECT_NE(mistake("sep=\"\na\"b\n1\"2\n").find("rows.csv:1: a quote is out of place"),
        std::string::npos);
    for (const char delimiter : {'"', '\n', '\r', '\0'})
        EXPECT_EQ(mistake("a\n1\n", {{}, delimiter, CsvInput::Header::FirstRow, {}}),
            "the delimiter of rows.csv cannot be a quote, a line break or a zero byte");
}

TEST_F(Csv, GivesTheChosenColumnsInTheirOrder)
{
    auto index = open("a,b,\"c,d\"\n1,2,3\n", {{}, ',', {}, {"c,d", "a"}});
    ASSERT_TRUE(index);
    EXPECT_EQ(index->columns(), (Row{"c,d", "a"}));
    EXPECT_EQ(all(*index), (Rows{{"3", "1"}}));
    EXPECT_EQ(rowsOf("a,a,b\n1,2,3\n", {{}, ',', {}, {"b"}}), (Rows{{"3"}}));
}

TEST_F(Csv, NamesFileAndLineOfAMistake)
{
    const std::string quotes = "a quote is out of place; a field with quotes in it is written "
                               "as \"a \"\"quoted\"\" word\"";
    EXPECT_EQ(mistake(""), "cannot read rows.csv: it has no row");
    EXPECT_EQ(mistake("\n\r\n"), "cannot read rows.csv: it has no row");
    EXPECT_EQ(mistake("\xef\xbb\xbf"), "cannot read rows.csv: it has no row");
    EXPECT_EQ(
        mistake("a,b\n1,2\n\n\"x\ny\",2\r\n1\n"), "rows.csv:6: 1 field, but the header has 2");
    EXPECT_EQ(mistake("a,b\r1,2\r1,2,3\r"), "rows.csv:3: 3 fields, but the header has 2");
    EXPECT_EQ(mistake("1,2\n\"3\n\"\n", {{}, ',', CsvInput::Header::None, {}}),
        "rows.csv:2: 1 field, but the first row has 2");
    EXPECT_EQ(mistake("a,b\n1,2\"\n"), "rows.csv:2: " + quotes);
    EXPECT_EQ(mistake("a,b\n1,\"2\" \n"), "rows.csv:2: " + quotes);
    EXPECT_EQ(mistake("a,b\n\"x\ny\"z,2\n"), "rows.csv:3: " + quotes);
    EXPECT_EQ(mistake("a,b\n\n1,\"2\n3,4\n"), "rows.csv:3: a quote is not closed");
    EXPECT_EQ(mistake("a,b\n\"1\n1\",\"2\n3,4\n"), "rows.csv:3: a quote is not closed");
    EXPECT_EQ(mistake("a,b\n1,2\n\"3"), "rows.csv:3: a quote is not closed");
    EXPECT_EQ(mistake("a,b,a\n1,2,3\n"),
        "rows.csv:1: two columns are called 'a'; name them apart, or choose others");
    EXPECT_EQ(mistake("a,\"b,c\"\n1,2\n", {{}, ',', {}, {"x"}}),
        "rows.csv has no column 'x': it has a,\"b,c\"");
    EXPECT_EQ(mistake("a,b\n1,2\n", {{}, ',', {}, {"a", "a"}}), "the column 'a' is chosen twice");
    EXPECT_EQ(CsvIndex::open({"/no/such/file", ',', {}, {}}).error().message,
        "cannot read /no/such/file: No such file or directory");
}

TEST_F(Csv, CountsLinesWhereverBlocksEnd)
{
    for (std::size_t at = 256 * 1024 - 4; at < 256 * 1024 + 4; ++at) {
        std::string text = "a,b\r\n";
        while (text.size() < at - 10)
            text += "1,2\r\n";
        const auto lines = static_cast<int>(text.size() / 5);
        text += std::string(at - text.size() - 1, 'x') + ",\r\n\"y\r\n\",\r\nz\r\n";
        EXPECT_EQ(mistake(text),
            "rows.csv:" + std::to_string(lines + 4) + ": 1 field, but the header has 2");
    }
}

std::string randomField(std::mt19937 &random)
{
    static const char *const parts[] = {
        "\"", "\n", "\r", "\r\n", ",", ";", " ", "a", "\xff", "word", "\t"};
    std::string field;
    for (auto left = random() % 6; left > 0; --left)
        field += parts[random() % std::size(parts)];
    if (random() % 500 == 0)
        field += std::string(random() % 100'000, 'l');
    return field;
}

TEST_F(Csv, RowsAreFoundWhereverBlocksEnd)
{
    std::mt19937 random(11);
    for (int round = 0; round < 4; ++round) {
        const char *const ending = std::array{"\n", "\r\n", "\r"}[random() % 3];
        std::string text = std::string("a,b,c") + ending;
        Rows rows;
        while (text.size() < 900'000) {
            const Row row{randomField(random), randomField(random), randomField(random)};
            text += csvRecord(row) + ending;
            rows.push_back(row);
        }
        auto index = open(text);
        ASSERT_TRUE(index) << index.error().message;
        ASSERT_EQ(all(*index), rows);
        for (int i = 0; i < 200; ++i) {
            const std::uint64_t first = random() % rows.size();
            const auto count = std::min<std::uint64_t>(1 + random() % 5, rows.size() - first);
            const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
            ASSERT_EQ(read(*index, first, count),
                Rows(begin, begin + static_cast<std::ptrdiff_t>(count)));
        }
        auto other = index->duplicate();
        ASSERT_TRUE(other);
        ASSERT_EQ(all(*other), rows);
    }
}

TEST_F(Csv, OfAFileThatChangedIsAnError)
{
    auto index = open("a,b\n1,2\n3,4\n");
    ASSERT_TRUE(index);
    for (const char *text : {"a,b\n1,2\n", "a,b\n1\n2\n", "a,b\n\"1,2\n3,4\n", "a,b\n1,2\n3,5\n",
             "a,b\n0,2\n3,4\n5,6\n"}) {
        std::ofstream(m_path, std::ios::binary) << text;
        std::string out;
        const auto read = index->read({0, 2}, out);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().message,
            m_path + " has changed since it was first read: leave it as it is during a run");
    }
}

TEST_F(Csv, AppendedRowsAreNoneOfTheIndex)
{
    auto index = open("a,b\n1,2\n3,4");
    ASSERT_TRUE(index);
    std::ofstream(m_path, std::ios::binary | std::ios::app) << "5\n6,7\n";
    EXPECT_EQ(all(*index), (Rows{{"1", "2"}, {"3", "4"}}));
}

TEST_F(Csv, RowsAreReadAsRecords)
{
    std::ofstream(m_path) << "a;b\n1;\"2;\"\"3\"\n";
    auto source = openInput(CsvInput{m_path, ';', {}, {}});
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->size(), 1U);
    EXPECT_EQ((*source)->text(0).value(), "1;\"2;\"\"3\"");
    EXPECT_EQ((*source)->columns(), (Row{"a", "b"}));
    EXPECT_EQ((*source)->maxEncodedSize(), 4 + 4 + 1 + 4 + 4U);
    EXPECT_EQ((*source)->content().inputs, 1U);
}

TEST_F(Csv, HasAPreview)
{
    std::ofstream(m_path) << "a,b\n1,2\n3\n4,5\n\"";
    auto preview = previewCsv({m_path, ',', CsvInput::Header::FirstRow, {}}, 2);
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->columns, (Row{"a", "b"}));
    EXPECT_EQ(preview->rows, (Rows{{"1", "2"}, {"3"}}));
    preview = previewCsv({m_path, ',', CsvInput::Header::None, {}}, 1);
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->columns, (Row{"1", "2"}));
    EXPECT_EQ(preview->rows, (Rows{{"a", "b"}}));
}

TEST(CsvRecord, ComesBackAsItWas)
{
    std::mt19937 random(5);
    for (int round = 0; round < 3000; ++round) {
        Row row(1 + random() % 4);
        for (std::string &field : row)
            field = randomField(random);
        const auto back = parseCsvRecord(csvRecord(row));
        ASSERT_TRUE(back) << csvRecord(row);
        ASSERT_EQ(*back, row);
    }
    EXPECT_FALSE(parseCsvRecord(""));
    EXPECT_FALSE(parseCsvRecord("a\nb"));
    EXPECT_FALSE(parseCsvRecord("a\"b"));
    EXPECT_FALSE(parseCsvRecord("\"a"));
}

} // namespace
} // namespace poolscope
