// SPDX-License-Identifier: GPL-3.0-or-later
// Command lines: their words, the places for inputs in them, and where programs are.
#include "task/commandtemplate.h"
#include "task/programpath.h"
#include "task/words.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace poolscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

/// The words that sh makes of it; nothing where sh refuses it.
std::optional<Words> wordsOfShell(const std::string &text)
{
    setenv("POOLSCOPE_TEST_TEXT", ("printf '%s\\036' " + text).c_str(), 1);
    FILE *shell = popen("exec 2>/dev/null; sh -c \"$POOLSCOPE_TEST_TEXT\"", "r");
    std::string printed;
    for (int c = 0; (c = std::fgetc(shell)) != EOF;)
        printed += static_cast<char>(c);
    if (pclose(shell) != 0)
        return std::nullopt;
    Words words;
    for (std::size_t end = 0; (end = printed.find('\036')) != std::string::npos;) {
        words.push_back(printed.substr(0, end));
        printed.erase(0, end + 1);
    }
    return words;
}

TEST(SplitWords, AreThoseOfTheShell)
{
    const char *const texts[] = {"a", "a b", " a\tb   c ", "'a b' c", "\"a b\"c'd e'", "a\\ b",
        "''", "a '' b", "\"\" ''", "\"a\\\"b\" \"\\a\\\\\" \"\\`\"", "'\\' b", "a\\\nb", "a \\\n b",
        "\"a\\\nb\"", "'a\\\nb'", "\"it's\"", "'say \"x\"'", "\\'a\\'", "\\\\", "a\"\"b",
        "'a'\\''b'", "\\\n", "\xc3\xa9 \xff", "-n '-e x'", "a=b", "'' \\\n ''", "\"\\\n\""};
    for (const char *text : texts) {
        const auto expected = wordsOfShell(text);
        ASSERT_TRUE(expected) << text;
        const auto words = splitWords(text);
        // Without an argument printf prints its format once.
        if (std::string_view(text) == "\\\n")
            EXPECT_FALSE(words) << text;
        else
            EXPECT_EQ(words.value_or(Words{"failed"}), *expected) << text;
    }
}

TEST(SplitWords, OfEveryShortTextAreThoseOfTheShell)
{
    constexpr std::string_view alphabet = "a '\"\\";
    for (std::size_t number = 0; number < 125; ++number) {
        std::string text = "x ";
        for (std::size_t i = 0, rest = number; i < 3; ++i, rest /= alphabet.size())
            text += alphabet[rest % alphabet.size()];
        if (text.ends_with('\\') && splitWords(text + "z") && !splitWords(text))
            continue; // sh takes a backslash at the end for itself
        const auto words = splitWords(text);
        EXPECT_EQ(words ? std::optional(*words) : std::nullopt, wordsOfShell(text)) << text;
    }
}

TEST(SplitWords, LeaveTheRestOfTheShellAlone)
{
    EXPECT_THAT(splitWords("$HOME ~ * | > a;b & $(id) `id` #x {a,b}").value(),
        ElementsAre("$HOME", "~", "*", "|", ">", "a;b", "&", "$(id)", "`id`", "#x", "{a,b}"));
}

TEST(SplitWords, SayWhatIsNotClosed)
{
    EXPECT_THAT(splitWords("echo 'a").error().message, HasSubstr("'"));
    EXPECT_THAT(splitWords("echo \"a'").error().message, HasSubstr("\""));
    EXPECT_THAT(splitWords("echo a\\").error().message, HasSubstr("backslash"));
    EXPECT_THAT(splitWords("  \n ").error().message, HasSubstr("no program"));
    EXPECT_FALSE(splitWords(""));
}

TEST(CommandTemplate, PutsTheInputIntoItsPlaces)
{
    const CommandTemplate command({"echo", "{}", "a{}b{}", "plain", "{", "}", "}{"}, {});
    EXPECT_THAT(command.fill({"x y"}).value(),
        ElementsAre("echo", "x y", "ax ybx y", "plain", "{", "}", "}{"));
    EXPECT_TRUE(command.hasFixedProgram());
    EXPECT_FALSE(CommandTemplate({"./{}"}, {}).hasFixedProgram());
}

TEST(CommandTemplate, PutsTheInputLastWhereItHasNoPlace)
{
    const CommandTemplate command({"wc", "-c", "{other}"}, {"name"});
    EXPECT_THAT(command.fill({"a b", {}}).value(), ElementsAre("wc", "-c", "{other}", "a b"));
}

TEST(CommandTemplate, PutsColumnsIntoTheirs)
{
    const CommandTemplate command(
        {"{name}", "{age}{name}", "{Name}", "{ {age}", "{{name}}", "awk{print $1}", "{}"},
        {"name", "age"});
    const std::array<std::string_view, 2> fields{"Ann", "7"};
    EXPECT_THAT(command.fill({"{...}", fields}).value(),
        ElementsAre("Ann", "7Ann", "{Name}", "{ 7", "{Ann}", "awk{print $1}", "{...}"));
}

TEST(CommandTemplate, FindsNamesThatNoColumnHas)
{
    const std::vector<std::string> columns{"name", "age"};
    EXPECT_THAT(namesWithoutColumn("{nome} {name} x{Age}y {{alter} {}", columns),
        ElementsAre("nome", "Age", "alter"));
    EXPECT_THAT(namesWithoutColumn("awk '{print $1}' {2,3} {4} {a b} } {", columns), IsEmpty());
    EXPECT_THAT(namesWithoutColumn("{} {1} {3} {2,3}", {"1", "2"}), ElementsAre("3"));
}

TEST(CommandTemplate, FindsNamesThatAreTakenApart)
{
    const std::vector<std::string> columns{"a b", "c"};
    EXPECT_THAT(namesTakenApart("echo {a b} {c}", columns), ElementsAre("a b"));
    EXPECT_THAT(namesTakenApart("echo '{a b}' {c}", columns), IsEmpty());
    EXPECT_THAT(namesTakenApart("echo x{a\\ b} 'open", columns), IsEmpty());
    EXPECT_THAT(namesTakenApart("echo {} {d e}", columns), IsEmpty());
}

TEST(CommandTemplate, LooksAtAnInputNoMore)
{
    const CommandTemplate command({"echo", "{}{b}"}, {"b"});
    const std::array<std::string_view, 1> fields{"{}"};
    for (const std::string input : {"{b}", "; rm -rf x", "$(id)", "a\nb", "'\"\\", "", "-n"})
        EXPECT_THAT(command.fill({input, fields}).value(), ElementsAre("echo", input + "{}"));
}

TEST(CommandTemplate, RefusesWhatNoArgumentCanHold)
{
    const CommandTemplate command({"echo", "{}"}, {});
    EXPECT_THAT(command.fill({std::string_view("a\0b", 3)}).error().message, HasSubstr("NUL"));
    const CommandTemplate other({"echo", "{name}"}, {"name"});
    const std::array<std::string_view, 1> fields{"x"};
    EXPECT_TRUE(other.fill({std::string_view("a\0b", 3), fields})) << "it does not come in";
}

TEST(CommandTemplate, GivesAShellItsInputAsAParameter)
{
    const CommandTemplate shell = CommandTemplate::shell("echo {} \"$1\"");
    EXPECT_THAT(
        shell.fill({"$(id)"}).value(), ElementsAre("sh", "-c", "echo {} \"$1\"", "sh", "$(id)"));
    EXPECT_TRUE(shell.hasFixedProgram());
}

class FindProgram : public testing::Test {
protected:
    FindProgram()
    {
        std::filesystem::create_directories(m_folder / "bin" / "folder");
        std::ofstream(m_folder / "bin" / "tool") << "#!/bin/sh\n";
        std::ofstream(m_folder / "bin" / "data") << "text\n";
        chmod((m_folder / "bin" / "tool").c_str(), 0700);
        setenv("PATH", ("/nowhere:" + (m_folder / "bin").string()).c_str(), 1);
    }
    ~FindProgram() override
    {
        setenv("PATH", m_path.c_str(), 1);
        std::filesystem::remove_all(m_folder);
    }
    std::string m_path = std::getenv("PATH");
    std::filesystem::path m_folder =
        testing::TempDir() + "poolscope-path-" + std::to_string(getpid());
};

TEST_F(FindProgram, OnPathOrByItsPath)
{
    const std::string tool = m_folder / "bin" / "tool";
    EXPECT_EQ(findProgram("tool").value(), tool);
    EXPECT_EQ(findProgram(tool).value(), tool);
}

TEST_F(FindProgram, SaysWhyThereIsNone)
{
    const auto why = [](const std::string &name) {
        return findProgram(name).error().message;
    };
    EXPECT_THAT(why("toll"), HasSubstr("no program 'toll' on PATH"));
    EXPECT_THAT(why("data"), HasSubstr("no program 'data' on PATH"));
    EXPECT_THAT(why(m_folder / "bin" / "data"), HasSubstr("not executable"));
    EXPECT_THAT(why(m_folder / "bin" / "folder"), HasSubstr("is not a program"));
    EXPECT_THAT(why("/nowhere/tool"), HasSubstr("there is no program /nowhere/tool"));
    EXPECT_FALSE(findProgram(""));
}

TEST_F(FindProgram, SaysWhatIsWrongWithTheFirstLineOfAScript)
{
    const auto why = [this](const std::string &line) {
        const std::string script = m_folder / "bin" / "script";
        std::ofstream(script) << line;
        chmod(script.c_str(), 0700);
        const auto found = findProgram(script);
        return found ? "" : found.error().message;
    };
    EXPECT_THAT(why("#!/bin/sh\r\necho\r\n"),
        HasSubstr("names the interpreter /bin/sh with a carriage return behind it"));
    EXPECT_THAT(why("#!/usr/bin/env sh\r\n"), HasSubstr("the interpreter sh with a carriage"));
    EXPECT_THAT(why("#! /no/such/sh -e\n"), HasSubstr("/no/such/sh, which is not there"));
    for (const char *right :
        {"#!/bin/sh", "#! /bin/sh -e\n", "#!/usr/bin/env sh\n", "#!\n", "x\r\n"})
        EXPECT_EQ(why(right), "") << right;
}

} // namespace
} // namespace poolscope
