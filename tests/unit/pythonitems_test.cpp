// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/pythonitems.h"

#include "text/utf8.h"
#include "wire/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace poolscope::wire {
namespace {

using testing::ElementsAre;

struct Group {
    std::uint32_t count = 0;
    GroupForm form = GroupForm::Plain;
    std::string bytes;

    bool operator==(const Group &) const = default;
};

std::string strings(const std::vector<std::string> &texts)
{
    std::string bytes;
    for (const std::string &text : texts)
        FieldWriter(bytes).string(text);
    return bytes;
}

std::vector<Group> groups(
    const std::vector<std::string> &inputs, const std::vector<std::string> &columns = {})
{
    std::string out;
    PythonItems(columns).append(out, strings(inputs));
    std::vector<Group> read;
    FieldReader reader(out);
    while (!reader.atEnd() && reader.ok()) {
        Group &group = read.emplace_back();
        group.count = reader.number<std::uint32_t>();
        const auto size = reader.number<std::uint32_t>();
        group.form = static_cast<GroupForm>(reader.number<std::uint8_t>());
        group.bytes = reader.rest().substr(0, size);
        std::size_t end = 0;
        for (const Group &each : read)
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
    EXPECT_THAT(groups({"ab", "", "\xc3\xa4"}),
        ElementsAre(Group{
            3, GroupForm::Marshalled, bytes("[\3\0\0\0u\2\0\0\0abu\0\0\0\0u\2\0\0\0\xc3\xa4"sv)}));
}

TEST(PythonItems, RowsAreDictsThatReferToTheirNames)
{
    using namespace std::string_view_literals;
    EXPECT_THAT(groups({strings({"1", "2"}), strings({"3", ""})}, {"a", "bc"}),
        ElementsAre(Group{2, GroupForm::Marshalled,
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
        groups({"a", "\xff"}), ElementsAre(Group{2, GroupForm::Plain, strings({"a", "\xff"})}));
    const std::vector<std::string> row{strings({"\xed\xa0\x80"})};
    EXPECT_THAT(groups(row, {"a"}), ElementsAre(Group{1, GroupForm::Plain, strings(row)}));
    const std::vector<std::string> other{strings({"x"})};
    EXPECT_THAT(groups(other, {"\xff"}), ElementsAre(Group{1, GroupForm::Plain, strings(other)}));
}

TEST(PythonItems, AGroupHasSomeHundredShortInputsOrALongOne)
{
    const std::string longOne(100'000, 'x');
    std::vector<std::string> inputs(600, "x");
    inputs.push_back(longOne);
    inputs.emplace_back("y");
    const std::vector<Group> all = groups(inputs);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].count, 256U);
    EXPECT_EQ(all[1].count, 256U);
    EXPECT_EQ(all[2].count, 89U) << "the long one ends a group";
    EXPECT_EQ(all[2].form, GroupForm::Plain);
    EXPECT_EQ(all[3].count, 1U);
    EXPECT_EQ(all[3].form, GroupForm::Marshalled);
}

TEST(PythonItems, NothingIsNoGroup)
{
    EXPECT_TRUE(groups({}).empty());
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
