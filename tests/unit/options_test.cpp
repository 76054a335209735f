// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/helptext.h"
#include "cli/manual/completions.h"
#include "cli/manual/manpage.h"
#include "report/chartdata.h"
#include "spec/optionnumbers.h"
#include "spec/runarguments.h"

#include <gmock/gmock.h>
#include <set>

namespace poolscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string textOf(const Option &option)
{
    return std::string(option.name) + " of the commands " + std::to_string(option.commands);
}

TEST(Options, HaveAHelpWithoutAFullStop)
{
    for (const Option &option : options()) {
        EXPECT_FALSE(option.help.empty()) << textOf(option);
        EXPECT_FALSE(option.help.ends_with('.') && !option.help.ends_with("...")) << textOf(option);
    }
}

TEST(Options, HaveAnArgumentUnlessTheyAreSwitches)
{
    for (const Option &option : options()) {
        const bool isSwitch = option.type == OptionType::Switch || option.type == OptionType::Help
            || option.type == OptionType::Version;
        EXPECT_EQ(option.takesValue(), !isSwitch) << textOf(option);
    }
}

TEST(Options, HaveOneNameInEachCommand)
{
    for (const CommandInfo &info : commands()) {
        std::set<std::string_view> names;
        for (const Option &option : optionsOf(info.command)) {
            EXPECT_TRUE(names.insert(option.name).second) << textOf(option);
            EXPECT_TRUE(option.shortName.empty() || names.insert(option.shortName).second)
                << textOf(option);
        }
    }
}

TEST(Options, OfThePoolHaveALabelAndTheDefaultOfTheSpec)
{
    int count = 0;
    for (const Option &option : options()) {
        if (!isOfPool(option))
            continue;
        ++count;
        EXPECT_FALSE(option.label.empty()) << textOf(option);
        EXPECT_EQ(poolOptionText(option, PoolSpec()), option.fallback) << textOf(option);
    }
    EXPECT_EQ(count, 10);
}

TEST(Options, TakeTheEndsOfTheirRangeAndNothingBeyond)
{
    const Option &window = runOption("--window");
    PoolSpec pool;
    for (const char *text : {"1", "1048576"})
        EXPECT_TRUE(readPoolOption(window, text, pool)) << text;
    for (const char *text : {"0", "1048577", "-1", "1.5", "", "many"})
        EXPECT_FALSE(readPoolOption(window, text, pool)) << text;
    EXPECT_TRUE(readPoolOption(window, "auto", pool));
    EXPECT_FALSE(pool.window);
}

TEST(Options, NameTheirRangeInAnError)
{
    const auto error = [](const char *name, const char *text) {
        PoolSpec pool;
        return readPoolOption(runOption(name), text, pool).error().message;
    };
    EXPECT_EQ(
        error("--workers", "0"), "--workers takes a number from 1 to 1024, not '0'; or 'auto'");
    EXPECT_EQ(error("--retries", "x"), "--retries takes a number from 0 to 1000000, not 'x'");
    EXPECT_EQ(error("--halt", "0"), "--halt takes a number, 1 or more, not '0'; or 'none'");
    EXPECT_EQ(error("--timeout", "0"),
        "--timeout takes seconds from 0.001 to 10000000, not '0'; or 'none'");
    EXPECT_EQ(error("--memory-limit", "5"),
        "--memory-limit takes a size such as 500M, 1M or more, not '5'; or 'none'");
    EXPECT_EQ(error("--output-limit", "2G"),
        "--output-limit takes a size such as 500M, 1 to 1023M, not '2G'");
}

TEST(Help, HasEachOptionOfItsCommandAndNoOther)
{
    for (const CommandInfo &info : commands()) {
        const std::string help = helpText(info.command);
        for (const Option &option : options()) {
            const std::string entry = "\n  " + synopsisOf(option);
            const bool isHere = findOption(option.name, info.command) != nullptr;
            if (option.belongsTo(info.command) || !isHere) {
                EXPECT_EQ(help.find(entry) != std::string::npos, isHere) << info.name << entry;
            }
        }
    }
}

TEST(Help, NamesEachChart)
{
    for (std::uint8_t i = 0; i < chartKindCount; ++i)
        EXPECT_THAT(std::string(runOption("--chart").help),
            HasSubstr(std::string(chartName(static_cast<ChartKind>(i)))));
}

TEST(Help, NamesTheDefault)
{
    EXPECT_EQ(
        helpWithDefault(runOption("--retries")), "retry a failed input up to N times (default 0)");
}

TEST(Help, IsAtMost80ColumnsWide)
{
    for (const CommandInfo &info : commands()) {
        std::istringstream help(helpText(info.command));
        for (std::string line; std::getline(help, line);)
            EXPECT_LE(line.size(), 80U) << line;
    }
}

/// The table and one row more, which no code but the table knows.
class NewOption : public testing::Test {
protected:
    std::vector<Option> m_table{options().begin(), options().end()};

    NewOption()
    {
        m_table.push_back({.name = "--attempts",
            .argument = "N",
            .type = OptionType::Count,
            .group = OptionGroup::Pool,
            .commands = runCommand,
            .help = "try each input up to N times",
            .fallback = "0",
            .range = {0, 7},
            .unit = "tries",
            .label = "Attempts",
            .member = &PoolSpec::retries});
    }
};

TEST_F(NewOption, IsInTheHelp)
{
    EXPECT_THAT(helpText(runCommand, m_table), HasSubstr("--attempts N"));
    EXPECT_THAT(
        helpText(runCommand, m_table), HasSubstr("try each input up to N times (default 0)"));
    EXPECT_THAT(helpText(sweepCommand, m_table), testing::Not(HasSubstr("--attempts")));
}

TEST_F(NewOption, IsInTheManualPage)
{
    const std::string page = manPage(".SH OPTIONS\n@OPTIONS@\n", "0.1.0", m_table);
    EXPECT_THAT(page, HasSubstr("\\-\\-attempts"));
    EXPECT_THAT(
        page, HasSubstr("Try each input up to N times.\nRange: 0 to 7 tries.\nDefault: 0.\n"));
}

TEST_F(NewOption, IsInTheCompletionsOfEachShell)
{
    EXPECT_THAT(bashCompletion(m_table), HasSubstr("--attempts"));
    EXPECT_THAT(zshCompletion(m_table), HasSubstr("(--attempts)--attempts[try each input"));
    EXPECT_THAT(fishCompletion(m_table), HasSubstr("-l attempts -x -d 'try each input"));
}

TEST_F(NewOption, HasALabelAndARangeForTheForm)
{
    const Option *option = findOption("--attempts", runCommand, m_table);
    ASSERT_TRUE(option);
    EXPECT_EQ(option->label, "Attempts");
    EXPECT_EQ(rangeText(*option), "0 to 7 tries");
}

TEST_F(NewOption, IsWrittenAndRead)
{
    const RunSpec spec{BuiltinTask{"sqrt", {}}, RangeInput{0, 1, 1}, {{}, {}, {}, 3}};
    const std::vector<std::string> arguments = runArguments(spec, m_table);
    EXPECT_THAT(arguments,
        ElementsAre("--builtin", "sqrt", "--range", "0:1", "--retries", "3", "--attempts", "3"));
    const auto read = parseRunArguments(arguments, m_table);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->pool.retries, 3U);
    EXPECT_FALSE(
        parseRunArguments({"--builtin", "sqrt", "--range", "0:1", "--attempts", "8"}, m_table));
}

} // namespace
} // namespace poolscope
