// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/askprogram.h"
#include "pool/taskcontent.h"
#include "pool/workerprogram.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace poolscope {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds patience{100};

/// A folder that goes with the test.
struct Folder {
    Folder()
    {
        std::string name = std::filesystem::temp_directory_path() / "poolscope-ask-XXXXXX";
        path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const std::string &name) const { return path / name; }

    std::filesystem::path path;
};

std::vector<pid_t> pidsIn(const std::string &path)
{
    std::ifstream file(path);
    return {std::istream_iterator<pid_t>(file), {}};
}

/// Whether a process is there and no zombie, which only its parent can remove.
bool isAlive(pid_t process)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    const auto end = stat.rfind(')');
    return end != std::string::npos && stat.substr(end, 3) != ") Z";
}

bool goes(pid_t process)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (isAlive(process) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return !isAlive(process);
}

Result<ProgramAnswer> askShell(const std::string &script, const StillWanted &wanted = {})
{
    return askProgram("the shell", "sh", {"-c", script}, wanted);
}

TEST(AskProgram, SaysWhatTheProgramSaidAndHowItEnded)
{
    const auto answer = askShell("echo out; echo err >&2; exit 3");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->output, "out\n");
    EXPECT_EQ(answer->error, "err\n");
    EXPECT_EQ(answer->status, 3);
    EXPECT_EQ(answer->signal, 0);
    const auto killed = askShell("kill -9 $$");
    ASSERT_TRUE(killed) << killed.error().message;
    EXPECT_EQ(killed->signal, 9);
    EXPECT_THAT(askProgram("the thing", "/no/such/program", {}, {}).error().message,
        HasSubstr("cannot start the thing"));
}

TEST(AskProgram, TakesAnswersOfAnyReasonableLength)
{
    const auto answer = askShell("head -c 5000000 /dev/zero | tr '\\0' x; echo end >&2");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->output.size(), 5'000'000U);
    EXPECT_EQ(answer->error, "end\n");
    EXPECT_THAT(askProgram("the program", "yes", {}, {}).error().message,
        HasSubstr("the program does not stop writing"));
}

TEST(AskProgram, LeavesNothingOfAQuestionThatIsNoLongerWanted)
{
    const Folder folder;
    const std::string pids = folder.file("pids");
    const std::string script = "sleep 1000 & echo $$ $! > " + pids + "; wait";
    const auto ask = [&] {
        return askShell(script, [&] { return pidsIn(pids).size() < 2; });
    };
    EXPECT_THAT(ask().error().message, HasSubstr("no longer wanted"));
    for (const pid_t process : pidsIn(pids))
        EXPECT_TRUE(goes(process));

    std::filesystem::remove(pids);
    std::string message;
    std::thread([&] { message = ask().error().message; }).join();
    EXPECT_THAT(message, HasSubstr("no longer wanted"));
    ASSERT_EQ(pidsIn(pids).size(), 2U);
    for (const pid_t process : pidsIn(pids))
        EXPECT_TRUE(goes(process));
}

TEST(AskProgram, LeavesNothingThatTheProgramStarted)
{
    const auto answer = askShell("sleep 1000 & echo $!"); // it holds the answer's pipe open
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(goes(std::stoi(answer->output)));
}

TEST(PythonFunctions, AreMissingBecauseOfTheInterpreterOrOfTheFile)
{
    const auto notStarted = pythonFunctions("tasks.py", "/no/such/python", {});
    ASSERT_FALSE(notStarted);
    EXPECT_EQ(notStarted.error().about, About::Interpreter);
    const auto notFound = pythonFunctions("/no/such/Python interpreter.py", "python3", {});
    ASSERT_FALSE(notFound);
    EXPECT_EQ(notFound.error().about, About::Other);
}

TEST(TaskFiles, WaitForNoPipe)
{
    const Folder folder;
    const std::string pipe = folder.file("task.py");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    for (const TaskSpec &task :
        {TaskSpec(PythonTask{pipe + ":task"}), TaskSpec(LibraryTask{pipe, "task"})})
        EXPECT_THAT(taskFiles(task).error().message, HasSubstr("is not a regular file"));
    const std::vector<TaskFile> before{{pipe, "hash"}};
    EXPECT_EQ(firstChanged(before, PythonTask{pipe + ":task"}, "/").value(), pipe);
}

TEST(TaskFiles, AreComparedInTheFolderThatIsNamed)
{
    const Folder folder;
    std::ofstream(folder.file("script.sh")) << "cat";
    std::ofstream(folder.file("mine.py")) << "def task(x): return x";
    const CommandTask command{"sh ./script.sh {}"};
    const PythonTask python{"./mine.py:task"};
    const std::string here = std::filesystem::current_path();
    for (const TaskSpec &task : {TaskSpec(command), TaskSpec(python)}) {
        std::filesystem::current_path(folder.path);
        const auto before = taskFiles(task);
        std::filesystem::current_path(here);
        ASSERT_TRUE(before) << before.error().message;
        EXPECT_EQ(firstChanged(*before, task, folder.path).value(), "");
    }
    const std::vector<TaskFile> before{{folder.file("mine.py"), "hash"}};
    EXPECT_EQ(firstChanged(before, python, folder.path).value(), folder.file("mine.py"));
    EXPECT_EQ(std::filesystem::current_path(), here);
}

TEST(TaskFiles, AskNoProgramButAnInterpreterAboutImports)
{
    const Folder folder;
    std::ofstream(folder.file("script.py")) << "import helper";
    std::ofstream(folder.file("helper.py")) << "";
    const auto filesOf = [&](const std::string &program, const std::string &script) {
        const std::string path = folder.file(program);
        std::ofstream(path) << "#!/bin/sh\n" << script;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        const auto files = taskFiles(CommandTask{path + " " + folder.file("script.py")});
        std::vector<std::string> names;
        for (const TaskFile &file : files.value())
            names.push_back(std::filesystem::path(file.path).filename());
        return names;
    };
    using testing::ElementsAre;
    const std::string report = "touch " + folder.file("ran") + "; exit 1";
    EXPECT_THAT(filesOf("python-job", report), ElementsAre("python-job", "script.py", "helper.py"));
    EXPECT_FALSE(std::filesystem::exists(folder.file("ran")));
    EXPECT_THAT(filesOf("python3.99", report), ElementsAre("python3.99", "script.py"))
        << "which does not answer";
    EXPECT_TRUE(std::filesystem::exists(folder.file("ran")));
}

} // namespace
} // namespace poolscope
