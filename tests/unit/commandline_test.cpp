// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandline.h"
#include "spec/integerrange.h"
#include "spec/runarguments.h"
#include "spec/specfolder.h"
#include "system/usablecores.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace poolscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

/// Everything a spec holds, each member apart.
Arguments members(const RunSpec &spec)
{
    Arguments all;
    if (const auto *builtin = std::get_if<BuiltinTask>(&spec.task))
        all = {"builtin", builtin->name, builtin->arguments};
    if (const auto *python = std::get_if<PythonTask>(&spec.task))
        all = {"python", python->target, python->interpreter, python->initialiser};
    if (const auto *command = std::get_if<CommandTask>(&spec.task))
        all = {"command", command->command};
    if (const auto *shell = std::get_if<ShellTask>(&spec.task))
        all = {"shell", shell->script};
    if (const auto *filter = std::get_if<FilterTask>(&spec.task))
        all = {"filter", filter->command};
    if (const auto *library = std::get_if<LibraryTask>(&spec.task))
        all = {"library", library->path, library->symbol};
    if (const auto *range = std::get_if<RangeInput>(&spec.input)) {
        for (const std::int64_t bound : {range->start, range->stop, range->step})
            all.push_back(std::to_string(bound));
    }
    if (const auto *lines = std::get_if<LinesInput>(&spec.input))
        all.push_back(lines->path);
    if (const auto *csv = std::get_if<CsvInput>(&spec.input)) {
        all.push_back(csv->path + csv->delimiter);
        all.push_back(csv->header == CsvInput::Header::None ? "none" : "first");
        all.insert(all.end(), csv->columns.begin(), csv->columns.end());
    }
    if (const auto *files = std::get_if<FilesInput>(&spec.input))
        all.push_back(files->pattern);
    const PoolSpec &pool = spec.pool;
    all.push_back(pool.workers ? std::to_string(*pool.workers) : "auto");
    all.push_back(pool.chunk ? std::to_string(*pool.chunk) : "auto");
    all.push_back(pool.window ? std::to_string(*pool.window) : "auto");
    all.push_back(std::to_string(pool.retries));
    all.push_back(pool.timeout ? std::to_string(*pool.timeout) : "none");
    all.push_back(std::to_string(pool.outputLimit));
    all.emplace_back(workerStartWord(pool.start));
    for (const auto &limit : {pool.memoryLimit, pool.recycle, pool.halt})
        all.push_back(limit ? std::to_string(*limit) : "none");
    return all;
}

Arguments programArguments(const RunSpec &spec)
{
    Arguments arguments = runArguments(spec);
    arguments.insert(arguments.begin(), {"poolscope", "run"});
    return arguments;
}

CommandLine parsedByTheProgram(Arguments arguments)
{
    std::vector<char *> argv;
    for (std::string &argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    return parseCommandLine(static_cast<int>(arguments.size()), argv.data());
}

/// The words that a shell makes of a command.
Arguments wordsInShell(const std::string &command)
{
    const std::string script = "set -- " + command + "\nprintf '%s\\0' \"$@\"";
    std::FILE *pipe = ::popen(script.c_str(), "r");
    if (!pipe)
        return {"popen failed"};
    std::string output;
    std::array<char, 4096> buffer;
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), count);
    if (::pclose(pipe) != 0)
        return {"the shell failed", command};
    Arguments words;
    for (std::size_t start = 0; start < output.size();) {
        const auto end = output.find('\0', start);
        words.push_back(output.substr(start, end - start));
        start = end + 1;
    }
    return words;
}

const Arguments strangeTexts{"plain", "with space", " ", "it's", "'", "''", "\"double\"",
    "back\\slash", "\\", "new\nline", "\n", "tab\t", "-", "--", "-x", "--lines", "--range=1:2",
    "--help", "-j2", "=", "=ls", "a=b", "~", "~/rows.txt", "$HOME", "$(id)", "`id`", "*", "?",
    "[a,b]", "[]", "{}", "{a,b}", "#", "!", "!!", "%", "%%", "&", ";", "|", "<", ">", "(", ")", "^",
    "run", "tasks", "++", "a:b:c", "/a/b c", "\xc3\xa4\xe2\x82\xac", "\x01\x7f", "\xff", "auto",
    "a,b", "it''s -'\"$x\n", "ends\\"};

std::vector<RunSpec> specs()
{
    std::vector<RunSpec> all;
    const TaskSpec sqrt = BuiltinTask{"sqrt", {}};
    const InputSpec range = RangeInput{1, 5000, 1};
    for (const std::string &text : strangeTexts) {
        all.push_back({sqrt, LinesInput{text}, {}});
        all.push_back({BuiltinTask{"wait", text}, range, {}});
        all.push_back({PythonTask{text, "python3"}, range, {}});
        all.push_back({PythonTask{"rows.py:classify", text}, LinesInput{text}, {}});
        all.push_back({PythonTask{"a:b", "python3", text}, FilesInput{text}, {}});
        all.push_back({CommandTask{text}, range, {}});
        all.push_back({ShellTask{text}, range, {}});
        all.push_back({FilterTask{text}, CsvInput{text}, {}});
        all.push_back({LibraryTask{text, "f"}, range, {}});
        all.push_back({sqrt, CsvInput{"a.csv", ',', CsvInput::Header::FirstRow, {text}}, {}});
        all.push_back({sqrt, CsvInput{"a.csv", ',', CsvInput::Header::None, {text, "", text}}, {}});
    }
    for (const Arguments &columns : {Arguments{"all"}, {""}, {"", ""}, {"all", "none"}})
        all.push_back({sqrt, CsvInput{"a.csv", ',', CsvInput::Header::FirstRow, columns}, {}});
    for (const char delimiter : {',', ';', '\t', ' ', '-', '\''}) {
        all.push_back({sqrt, CsvInput{"a.csv", delimiter, CsvInput::Header::None, {}}, {}});
        all.push_back(
            {sqrt, CsvInput{"a.csv", delimiter, CsvInput::Header::FirstRow, {"a", "b c"}}, {}});
    }
    for (const double timeout : {0.001, 0.1, 2.5, 1e7})
        all.push_back({sqrt, range, {{}, {}, {}, 0, timeout}});
    for (const std::uint64_t size :
        {1ULL, 1000ULL, 1024ULL, 1ULL << 20, 1'048'577ULL, 3ULL << 30, 1ULL << 40, 1ULL << 60})
        all.push_back({sqrt, range,
            {{}, {}, {}, 0, {}, std::max<std::uint64_t>(size, 1 << 20),
                std::min(size, maxOutputLimit), size, size}});
    for (const std::int64_t start : {INT64_MIN, std::int64_t(-5), std::int64_t(0), INT64_MAX}) {
        for (const std::int64_t stop : {INT64_MIN, std::int64_t(-1), std::int64_t(7), INT64_MAX}) {
            for (const std::int64_t step :
                {INT64_MIN, std::int64_t(-2), std::int64_t(1), INT64_MAX})
                all.push_back({sqrt, RangeInput{start, stop, step}, {}});
        }
    }
    for (const auto &workers :
        {std::optional<std::uint32_t>(), std::optional(1U), std::optional(maxWorkers)}) {
        for (const auto &count : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(1),
                 std::optional<std::uint64_t>(1 << 20)}) {
            for (const std::uint32_t retries : {0U, 1U, 1'000'000U}) {
                all.push_back({sqrt, range, {workers, count, {}, retries}});
                all.push_back({sqrt, range, {workers, 3, count, retries}});
            }
        }
    }
    return all;
}

TEST(RunArguments, SayOnlyWhatIsNoDefault)
{
    EXPECT_THAT(runArguments({BuiltinTask{"sqrt", {}}, RangeInput{1, 5000, 1}, {2, {}, {}, 0}}),
        ElementsAre("--builtin", "sqrt", "--range", "1:5000", "--workers", "2"));
    EXPECT_THAT(runArguments({PythonTask{"rows.py:classify"}, LinesInput{"rows.txt"}, {}}),
        ElementsAre("--python", "rows.py:classify", "--lines", "rows.txt"));
    EXPECT_THAT(runArguments({PythonTask{"rows:classify", "/opt/python"}, RangeInput{-3, 9, 4},
                    {{}, 16, 1, 2}}),
        ElementsAre("--python", "rows:classify", "--python-interpreter", "/opt/python",
            "--range=-3:9:4", "--chunk", "16", "--window", "1", "--retries", "2"));
}

TEST(RunArguments, GiveTheSameSpecAgain)
{
    for (const RunSpec &spec : specs()) {
        const auto parsed = parseRunArguments(runArguments(spec));
        ASSERT_TRUE(parsed) << shellCommand(spec) << "\n" << parsed.error().message;
        EXPECT_EQ(members(*parsed), members(spec)) << shellCommand(spec);
    }
}

TEST(RunArguments, GiveTheProgramTheSameSpec)
{
    for (const RunSpec &spec : specs()) {
        const CommandLine line = parsedByTheProgram(programArguments(spec));
        const auto *options = std::get_if<RunOptions>(&line);
        ASSERT_TRUE(options) << shellCommand(spec);
        EXPECT_EQ(members(options->spec), members(spec)) << shellCommand(spec);
    }
}

TEST(RunArguments, AreRefusedAsByTheProgram)
{
    const std::vector<Arguments> wrong{
        {},
        {"--builtin", "sqrt"},
        {"--range", "1:9"},
        {"--builtin", "sqrt", "--python", "a:b", "--range", "1:9"},
        {"--builtin", "sqrt", "--range", "1:9", "--lines", "a"},
        {"--builtin", "sqrt", "--range", "1:9:0"},
        {"--command", "true", "--shell", "true", "--range", "1:9"},
        {"--library", "a.so", "--range", "1:9"},
        {"--builtin", "sqrt", "--csv", "a.csv", "--delimiter", "ab"},
        {"--builtin", "sqrt", "--csv", "a.csv", "--header", "2"},
        {"--builtin", "sqrt", "--range", "1:9", "--timeout", "0"},
        {"--builtin", "sqrt", "--range", "1:9", "--timeout", "nan"},
        {"--builtin", "sqrt", "--range", "1:9", "--memory-limit", "5X"},
        {"--builtin", "sqrt", "--range", "1:9", "--memory-limit", "500"},
        {"--builtin", "sqrt", "--range", "1:9", "--memory-limit", "99999999999T"},
        {"--builtin", "sqrt", "--range", "1:9", "--output-limit", "5X"},
        {"--builtin", "sqrt", "--range", "1:9", "--output-limit", "0"},
        {"--builtin", "sqrt", "--range", "1:9", "--output-limit", "1G"},
        {"--builtin", "sqrt", "--range", "1:9", "--output-limit", "none"},
        {"--builtin", "sqrt", "--range", "1:9", "--recycle", "0"},
        {"--builtin", "sqrt", "--range", "1:9", "--halt", "-1"},
        {"--builtin", "sqrt", "--range", "1:9", "--workers", "0"},
        {"--builtin", "sqrt", "--range", "1:9", "--chunk", "x"},
        {"--builtin", "sqrt", "--range", "1:9", "--python-init", "f"},
        {"--builtin", "sqrt", "--range", "1:9", "--columns", "a"},
    };
    for (const Arguments &arguments : wrong) {
        const auto parsed = parseRunArguments(arguments);
        ASSERT_FALSE(parsed) << testing::PrintToString(arguments);
        Arguments all{"poolscope", "run"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const CommandLine line = parsedByTheProgram(all);
        const auto *message = std::get_if<MessageCommand>(&line);
        ASSERT_TRUE(message) << testing::PrintToString(arguments);
        EXPECT_EQ(message->text, "poolscope: " + parsed.error().message + "\n");
        EXPECT_EQ(message->status, 2);
    }
}

TEST(RunArguments, AreOptionsWithOneValueEach)
{
    for (const Arguments &arguments :
        {Arguments{"--builtin", "sqrt", "--range", ""}, {"--builtin", "sqrt", "--range"},
            {"--builtin", "sqrt", "--range", "1:9", "--range", "1:9"},
            {"--builtin", "sqrt", "--range", "1:9", "--nothing"},
            {"--builtin", "sqrt", "--range", "1:9", "stray"}}) {
        EXPECT_FALSE(parseRunArguments(arguments)) << testing::PrintToString(arguments);
        Arguments all{"poolscope", "run"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        EXPECT_TRUE(std::holds_alternative<MessageCommand>(parsedByTheProgram(all)))
            << testing::PrintToString(arguments);
    }
}

TEST(RunArguments, AreWrittenAsUtf8AndReadBack)
{
    for (const RunSpec &spec : specs()) {
        const Arguments written = writtenArguments(spec);
        EXPECT_NO_THROW(nlohmann::json(written).dump()) << shellCommand(spec);
        const auto read = parseWrittenArguments(written);
        ASSERT_TRUE(read) << shellCommand(spec) << "\n" << read.error().message;
        EXPECT_EQ(members(*read), members(spec)) << shellCommand(spec);
    }
}

TEST(RunArguments, AreReadableTextUnlessTheyAreNotUtf8)
{
    const RunSpec spec{ShellTask{"hex:\xc3\xa4"}, LinesInput{"\xff.txt"}, {}};
    EXPECT_THAT(writtenArguments(spec),
        ElementsAre("--shell", "hex:6865783ac3a4", "--lines", "hex:ff2e747874"));
    EXPECT_EQ(writtenArguments({ShellTask{"\xc3\xa4"}, RangeInput{0, 1, 1}, {}})[1], "\xc3\xa4");
}

TEST(SpecFolder, IsPutBeforeRelativeNamesOfFiles)
{
    const RunSpec spec = startingFrom(
        "/data", {PythonTask{"a.py:f", "venv/bin/python"}, LinesInput{"rows.txt"}, {}});
    EXPECT_THAT(runArguments(spec),
        ElementsAre("--python", "/data/a.py:f", "--python-interpreter", "/data/venv/bin/python",
            "--lines", "/data/rows.txt"));
    for (const RunSpec &same : {RunSpec{PythonTask{"a.b:f"}, LinesInput{"-"}, {}},
             RunSpec{LibraryTask{"/l.so", "f"}, CsvInput{"/a.csv"}, {}},
             RunSpec{CommandTask{"./a {}"}, RangeInput{0, 1, 1}, {}}})
        EXPECT_EQ(runArguments(startingFrom("/data", same)), runArguments(same));
}

TEST(RunArguments, HoldNothingButTheSpec)
{
    const Arguments spec{"--builtin", "sqrt", "--range", "1:9"};
    const std::vector<Arguments> others{{"-o", "a.csv"}, {"--discard"}, {"--unordered"},
        {"--summary", "-"}, {"-q"}, {"-h"}, {"--help"}, {"--version"}};
    for (const Arguments &other : others) {
        Arguments arguments = spec;
        arguments.insert(arguments.end(), other.begin(), other.end());
        const auto parsed = parseRunArguments(arguments);
        ASSERT_FALSE(parsed) << other.front();
        EXPECT_THAT(parsed.error().message, HasSubstr(other.front()));
    }
    EXPECT_TRUE(parseRunArguments(spec));
}

TEST(Sweep, TakesListsAndEachOnce)
{
    const CommandLine line = parsedByTheProgram({"poolscope", "sweep", "--builtin", "sqrt",
        "--range", "1:9", "-j", "4,1,2,1", "--chunk", "64,auto,64,1", "--repeats", "7", "--window",
        "2", "--seed", "18446744073709551615", "-o", "a.csv", "--save", "kept"});
    const auto *sweep = std::get_if<SweepOptions>(&line);
    ASSERT_TRUE(sweep);
    EXPECT_THAT(sweep->plan.workers, ElementsAre(1, 2, 4));
    EXPECT_THAT(sweep->plan.chunks,
        ElementsAre(
            std::optional<std::uint64_t>(64), std::nullopt, std::optional<std::uint64_t>(1)));
    EXPECT_EQ(sweep->plan.repeats, 7U);
    EXPECT_EQ(sweep->plan.seed, UINT64_MAX);
    EXPECT_EQ(sweep->spec.pool.window, 2U);
    EXPECT_FALSE(sweep->spec.pool.workers);
    EXPECT_FALSE(sweep->spec.pool.chunk);
    EXPECT_EQ(sweep->output, "a.csv");
    EXPECT_EQ(sweep->save, "kept");
}

TEST(Sweep, WithoutListsItGoesUpToTheUsableCores)
{
    const CommandLine line =
        parsedByTheProgram({"poolscope", "sweep", "--builtin", "sqrt", "--range", "1:9"});
    const auto *sweep = std::get_if<SweepOptions>(&line);
    ASSERT_TRUE(sweep);
    EXPECT_EQ(sweep->plan.workers.front(), 1U);
    EXPECT_EQ(sweep->plan.workers.back(), usableCores());
    EXPECT_THAT(sweep->plan.chunks,
        ElementsAre(
            std::optional<std::uint64_t>(1), std::optional<std::uint64_t>(16), std::nullopt));
    EXPECT_EQ(sweep->plan.repeats, 5U);
}

TEST(WatchCommandLine, GivesTheCommandToTheWindow)
{
    const CommandLine line = parsedByTheProgram({"poolscope", "watch", "--gui", "--set",
        "chunksize=64@post.py:9", "--", "python3", "post.py", "--gui"});
    const auto *window = std::get_if<WindowCommand>(&line);
    ASSERT_TRUE(window && window->watched);
    EXPECT_FALSE(window->file);
    EXPECT_THAT(window->watched->command, ElementsAre("python3", "post.py", "--gui"));
    EXPECT_THAT(window->watched->changes, ElementsAre("chunksize=64@post.py:9"));
    EXPECT_TRUE(std::holds_alternative<WatchOptions>(
        parsedByTheProgram({"poolscope", "watch", "python3", "post.py", "--gui"})));
    EXPECT_TRUE(std::holds_alternative<MessageCommand>(parsedByTheProgram(
        {"poolscope", "watch", "--gui", "--save", "a.poolscope", "--", "python3", "post.py"})));
}

TEST(Info, TakesOneFileOrMore)
{
    const CommandLine line = parsedByTheProgram({"poolscope", "info", "a", "b", "--json"});
    const auto *info = std::get_if<InfoOptions>(&line);
    ASSERT_TRUE(info);
    EXPECT_THAT(info->files, ElementsAre("a", "b"));
    EXPECT_TRUE(info->json);
    EXPECT_TRUE(std::holds_alternative<MessageCommand>(parsedByTheProgram({"poolscope", "info"})));
}

TEST(ShellCommand, QuotesOnlyWhereItHasTo)
{
    EXPECT_EQ(shellCommand({BuiltinTask{"sqrt", {}}, RangeInput{-1, 5000, 2}, {2, {}, {}, 0}}),
        "poolscope run --builtin sqrt --range=-1:5000:2 --workers 2");
    EXPECT_EQ(
        shellCommand({PythonTask{"a b.py:f", "../bin/python3.11"}, LinesInput{"it's.txt"}, {}}),
        "poolscope run --python 'a b.py:f' --python-interpreter ../bin/python3.11 "
        "--lines 'it'\\''s.txt'");
}

TEST(ShellCommand, GivesAShellTheSameArguments)
{
    for (const RunSpec &spec : specs())
        EXPECT_EQ(wordsInShell(shellCommand(spec)), programArguments(spec)) << shellCommand(spec);
}

} // namespace
} // namespace poolscope
