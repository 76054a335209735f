// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/row.h"

#include "wire/codec.h"

#include <array>
#include <gtest/gtest.h>

namespace poolscope::wire {
namespace {

std::string item(std::initializer_list<std::string_view> fields)
{
    std::string bytes;
    FieldWriter writer(bytes);
    for (const std::string_view field : fields)
        writer.string(field);
    return bytes;
}

TEST(Row, GivesItsFields)
{
    const std::string row = item({"a", "", std::string_view("\0\xff\n", 3)});
    std::array<std::string_view, 3> fields;
    ASSERT_TRUE(readRow(row, fields));
    EXPECT_EQ(fields[0], "a");
    EXPECT_EQ(fields[1], "");
    EXPECT_EQ(fields[2], std::string_view("\0\xff\n", 3));
}

TEST(Row, IsRefusedWhereItHasNotJustTheColumns)
{
    const std::string row = item({"a", "b"});
    std::array<std::string_view, 1> fewer;
    std::array<std::string_view, 2> same;
    std::array<std::string_view, 3> more;
    EXPECT_FALSE(readRow(row, fewer));
    EXPECT_FALSE(readRow(row, more));
    EXPECT_FALSE(readRow(std::string_view(row).substr(0, row.size() - 1), same));
    EXPECT_TRUE(readRow(row, same));
}

TEST(Row, IsAJsonObject)
{
    const std::array<std::string, 2> columns{"name", "a \"b\""};
    const RowObjects objects(columns);
    std::string text = "> ";
    objects.append(text, std::array<std::string_view, 2>{"two\nlines", "\xff\xc3\xa4"});
    EXPECT_EQ(text, "> {\"name\": \"two\\nlines\", \"a \\\"b\\\"\": \"\\udcff\xc3\xa4\"}");
}

} // namespace
} // namespace poolscope::wire
