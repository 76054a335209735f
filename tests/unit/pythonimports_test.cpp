// SPDX-License-Identifier: GPL-3.0-or-later
// What Python source imports: statements as they may be written, and the files they lead to.
#include "task/pythonimports.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

namespace poolscope {

void PrintTo(const ImportStatement &statement, std::ostream *stream)
{
    *stream << std::string(statement.level, '.') << statement.module << " with "
            << testing::PrintToString(statement.names);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Imports = std::vector<ImportStatement>;

TEST(ImportsOf, SeesStatementsWhereverTheyStand)
{
    EXPECT_EQ(importsOf("import a, b.c as d # , e\n"), (Imports{{0, "a", {}}, {0, "b.c", {}}}));
    EXPECT_EQ(importsOf("def f():\n\timport a\r\n"), (Imports{{0, "a", {}}}));
    EXPECT_EQ(importsOf("try: import a; import b"), (Imports{{0, "a", {}}, {0, "b", {}}}));
    EXPECT_EQ(importsOf("from a.b import c as d, e"), (Imports{{0, "a.b", {"c", "e"}}}));
    EXPECT_EQ(importsOf("from a import (\n    b,  # one\n    c,\n)\nimport d\n"),
        (Imports{{0, "a", {"b", "c"}}, {0, "d", {}}}));
    EXPECT_EQ(importsOf("from a import b, \\\n    c\n"), (Imports{{0, "a", {"b", "c"}}}));
    EXPECT_EQ(importsOf("from importers import a"), (Imports{{0, "importers", {"a"}}}));
    EXPECT_EQ(importsOf("from .import a"), (Imports{{1, "", {"a"}}}));
    EXPECT_EQ(importsOf("from .b import(a)"), (Imports{{1, "b", {"a"}}}));
    EXPECT_EQ(importsOf("from .import(a)"), (Imports{{1, "", {"a"}}}));
    EXPECT_EQ(importsOf("from .import\ta"), (Imports{{1, "", {"a"}}}));
    EXPECT_EQ(importsOf("from.b import(a,\n c)"), (Imports{{1, "b", {"a", "c"}}}));
    EXPECT_EQ(importsOf("from\t.b import a"), (Imports{{1, "b", {"a"}}}));
    EXPECT_EQ(importsOf("import\tb"), (Imports{{0, "b", {}}}));
    EXPECT_EQ(importsOf("from .import*"), (Imports{{1, "", {"*"}}}));
    EXPECT_EQ(importsOf("from a.import_b import c"), (Imports{{0, "a.import_b", {"c"}}}));
    EXPECT_EQ(importsOf("from . import a\nfrom ..b import c\n"),
        (Imports{{1, "", {"a"}}, {2, "b", {"c"}}}));
}

TEST(ImportsOf, SeesNothingElse)
{
    for (const char *source : {"", "imported = 1\n", "x = important(\n1)", "fromage = 2", "from",
             "from x", "import", "# import a", "\\", "from a import (\n"})
        EXPECT_TRUE(importsOf(source).empty() || importsOf(source).front().names.empty()) << source;
}

class ImportedFilesTest : public testing::Test {
protected:
    ImportedFilesTest()
        : m_folder(std::filesystem::temp_directory_path()
            / ("poolscope-imports-" + std::to_string(getpid())))
    {
    }
    ~ImportedFilesTest() override { std::filesystem::remove_all(m_folder); }

    std::string write(const std::string &name, const std::string &source) const
    {
        const auto path = m_folder / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << source;
        return path;
    }

    std::string path(const std::string &name) const { return m_folder / name; }

    std::filesystem::path m_folder;
};

TEST_F(ImportedFilesTest, FollowsImportsFromFileToFileOnce)
{
    const std::string task = write("task.py", "import os, helper\nimport missing\n");
    write("helper.py", "import pack.sub.leaf\nimport task\n");
    write("pack/__init__.py", "");
    write("pack/sub/leaf.py", "import helper\n");
    write("unrelated.py", "");
    EXPECT_THAT(importedFiles(task, {m_folder}),
        ElementsAre(path("helper.py"), path("pack/__init__.py"), path("pack/sub/leaf.py")));
}

TEST_F(ImportedFilesTest, FindsWhatIsRelativeToThePackage)
{
    const std::string task =
        write("pack/sub/task.py", "from . import a\nfrom ..b import c, name\n");
    write("pack/sub/__init__.py", "");
    write("pack/sub/a.py", "");
    write("pack/b/__init__.py", "");
    write("pack/b/c.py", "");
    write("a.py", "");
    EXPECT_THAT(importedFiles(task, {m_folder}),
        UnorderedElementsAre(path("pack/sub/__init__.py"), path("pack/sub/a.py"),
            path("pack/b/__init__.py"), path("pack/b/c.py")));
}

TEST_F(ImportedFilesTest, LeavesLibrariesAlone)
{
    const std::string task = write("task.py", "import numpy\n");
    const std::string numpy = write("lib/site-packages/numpy.py", "");
    EXPECT_THAT(importedFiles(task, {path("lib/site-packages")}), IsEmpty());
    EXPECT_THAT(importedFiles(path("nothing.py"), {m_folder}), IsEmpty());
}

} // namespace
} // namespace poolscope
