// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/pythonitems.h"

#include "text/utf8.h"
#include "wire/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace poolscope::wire {
namespace {

using testing::ElementsAre;

struct Piece {
    std::uint32_t count = 0;
    PieceForm form = PieceForm::Plain;
    std::string bytes;

    bool operator==(const Piece &) const = default;
};

std::string strings(const std::vector<std::string> &texts)
{
    std::string bytes;
    for (const std::string &text : texts)
        FieldWriter(bytes).string(text);
    return bytes;
}

std::vector<Piece> pieces(
    const std::vector<std::string> &inputs, const std::vector<std::string> &columns = {})
{
    std::string out;
    PythonItems(columns).append(out, strings(inputs));
    std::vector<Piece> read;
    FieldReader reader(out);
    while (!reader.atEnd() && reader.ok()) {
        Piece &piece = read.emplace_back();
        piece.count = reader.number<std::uint32_t>();
        const auto size = reader.number<std::uint32_t>();
        piece.form = static_cast<PieceForm>(reader.number<std::uint8_t>());
        piece.bytes = reader.rest().substr(0, size);
        std::size_t end = 0;
        for (const Piece &each : read)
            end += 9 + each.bytes.size();
        reader = FieldReader(std::string_view(out).substr(end));
    }
    return read;
}

std::string bytes(std::string_view text)
{
    return std::string(text);
}

TEST(PythonItems, AreMarshalledAsAListOfStrings)
{
    using namespace std::string_view_literals;
    EXPECT_THAT(pieces({"ab", "", "\xc3\xa4"}),
        ElementsAre(Piece{
            3, PieceForm::Marshalled, bytes("[\3\0\0\0u\2\0\0\0abu\0\0\0\0u\2\0\0\0\xc3\xa4"sv)}));
}

TEST(PythonItems, RowsAreDictsThatReferToTheirNames)
{
    using namespace std::string_view_literals;
    EXPECT_THAT(pieces({strings({"1", "2"}), strings({"3", ""})}, {"a", "bc"}),
        ElementsAre(Piece{2, PieceForm::Marshalled,
            bytes("[\2\0\0\0{\xf4\1\0\0\0au\1\0\0\0"
                  "1\xf4\2\0\0\0"
                  "bcu\1\0\0\0"
                  "20{r\0\0\0\0u\1\0\0\0"
                  "3r\1\0\0\0u\0\0\0\0"
                  "0"sv)}));
}

TEST(PythonItems, ArePlainWhereSomethingIsNotUtf8)
{
    EXPECT_THAT(
        pieces({"a", "\xff"}), ElementsAre(Piece{2, PieceForm::Plain, strings({"a", "\xff"})}));
    const std::vector<std::string> row{strings({"\xed\xa0\x80"})};
    EXPECT_THAT(pieces(row, {"a"}), ElementsAre(Piece{1, PieceForm::Plain, strings(row)}));
    const std::vector<std::string> other{strings({"x"})};
    EXPECT_THAT(pieces(other, {"\xff"}), ElementsAre(Piece{1, PieceForm::Plain, strings(other)}));
}

TEST(PythonItems, APieceHasSomeHundredShortInputsOrALongOne)
{
    const std::string longOne(100'000, 'x');
    std::vector<std::string> inputs(600, "x");
    inputs.push_back(longOne);
    inputs.emplace_back("y");
    const std::vector<Piece> all = pieces(inputs);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].count, 256U);
    EXPECT_EQ(all[1].count, 256U);
    EXPECT_EQ(all[2].count, 89U) << "the long one ends a piece";
    EXPECT_EQ(all[2].form, PieceForm::Plain);
    EXPECT_EQ(all[3].count, 1U);
    EXPECT_EQ(all[3].form, PieceForm::Marshalled);
}

TEST(PythonItems, NothingIsNoPiece)
{
    EXPECT_TRUE(pieces({}).empty());
}

TEST(Utf8, IsTheShortestFormWithoutSurrogates)
{
    for (const char *text : {"", "12345678", "1234567\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"})
        EXPECT_TRUE(isUtf8(text)) << text;
    for (const char *text : {"\x80", "12345678\xc3", "\xc0\x80", "\xed\xa0\x80",
             "\xe2\x82"
             "a",
             "\xf4\x90\x80\x80", "\xff"})
        EXPECT_FALSE(isUtf8(text)) << text;
}

} // namespace
} // namespace poolscope::wire
