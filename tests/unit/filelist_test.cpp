// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/filelist.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

class Files : public testing::Test {
protected:
    Files()
    {
        fs::create_directories(m_folder);
        m_before = fs::current_path();
        fs::current_path(m_folder);
        for (const char *path :
            {"a.txt", "B.txt", "b[1].txt", ".hidden.txt", "sub/c.txt", "sub/deep/d.txt",
                "sub/.secret/e.txt", "sub/deep/.f.txt", "\xff.txt", "new\nline.txt", "other/g.csv"})
            touch(path);
        fs::create_directory_symlink("sub", "link");
        fs::create_directory_symlink("..", "sub/deep/up");
    }
    ~Files() override
    {
        fs::current_path(m_before);
        fs::remove_all(m_folder);
    }

    static void touch(const std::string &path)
    {
        fs::create_directories(fs::absolute(path).parent_path());
        std::ofstream(path) << "content\n";
    }
    static Paths match(const std::string &pattern)
    {
        const auto list = FileList::match(pattern);
        Paths paths;
        for (std::size_t i = 0; list && i < list->size(); ++i)
            paths.emplace_back(list->path(i));
        return paths;
    }

    fs::path m_folder = testing::TempDir() + "poolscope-files-" + std::to_string(getpid());
    fs::path m_before;
};

TEST_F(Files, AreNoOptions)
{
    for (const char *path : {"-n", "-x/y", "sub/-n"})
        touch(path);
    EXPECT_EQ(match("-*"), (Paths{"./-n"}));
    EXPECT_EQ(match("-x/*"), (Paths{"./-x/y"}));
    EXPECT_EQ(match("sub/-*"), (Paths{"sub/-n"}));
}

TEST_F(Files, AreMissedWhereAFolderCannotBeRead)
{
    if (geteuid() == 0)
        GTEST_SKIP() << "root may read every folder";
    touch("locked/a.txt");
    touch("sub/locked/b.txt");
    for (const char *folder : {"locked", "sub/locked"})
        fs::permissions(folder, fs::perms::none);
    const auto list = FileList::match("**/*.txt");
    ASSERT_TRUE(list);
    std::vector<std::string> folders;
    for (const auto &[folder, why] : list->unreadable()) {
        folders.push_back(folder);
        EXPECT_EQ(why, "Permission denied");
    }
    EXPECT_EQ(folders, (Paths{"locked", "sub/locked"}));
    const auto none = FileList::match("locked/*");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message,
        "no file matches 'locked/*': cannot read the folder locked: Permission denied");
    for (const char *folder : {"locked", "sub/locked"})
        fs::permissions(folder, fs::perms::owner_all);
}

TEST_F(Files, AreThoseThatAShellNamesSortedByBytes)
{
    EXPECT_EQ(match("*.txt"), (Paths{"B.txt", "a.txt", "b[1].txt", "new\nline.txt", "\xff.txt"}));
    EXPECT_EQ(match("[ab].txt"), (Paths{"a.txt"}));
    EXPECT_EQ(match("?.txt"), (Paths{"B.txt", "a.txt", "\xff.txt"}));
    EXPECT_EQ(match("b\\[1].txt"), (Paths{"b[1].txt"}));
    EXPECT_EQ(match(".*.txt"), (Paths{".hidden.txt"}));
    EXPECT_EQ(match("sub/.*/*"), (Paths{"sub/.secret/e.txt"}));
    EXPECT_EQ(match("link/*.txt"), (Paths{"link/c.txt"}));
    EXPECT_EQ(match("a.txt"), (Paths{"a.txt"}));
    EXPECT_EQ(match(m_folder / "*.txt").front(), m_folder / "B.txt");
}

TEST_F(Files, AreFoundInAnyFolder)
{
    EXPECT_EQ(match("**/*.txt"),
        (Paths{"B.txt", "a.txt", "b[1].txt", "new\nline.txt", "sub/c.txt", "sub/deep/d.txt",
            "\xff.txt"}));
    EXPECT_EQ(match("sub/**"), (Paths{"sub/c.txt", "sub/deep/d.txt"}));
    EXPECT_EQ(match("**/deep/*"), (Paths{"sub/deep/d.txt"}));
    EXPECT_EQ(match("*/**/d.txt"), (Paths{"link/deep/d.txt", "sub/deep/d.txt"}));
    EXPECT_EQ(match("**/**/c.txt"), (Paths{"sub/c.txt"}));
    EXPECT_EQ(match("**/.f.txt"), (Paths{"sub/deep/.f.txt"}));
    EXPECT_EQ(match(m_folder.string() + "/**/d.txt"), (Paths{m_folder / "sub/deep/d.txt"}));
    EXPECT_EQ(match("sub**"), Paths());
    EXPECT_EQ(match("**.csv"), Paths());
    EXPECT_EQ(match("other/**.csv"), (Paths{"other/g.csv"}));
}

TEST_F(Files, AreFoldersOnlyWhereThePatternEndsInASlash)
{
    EXPECT_EQ(match("*/"), (Paths{"link/", "other/", "sub/"}));
    EXPECT_EQ(match("**/"), (Paths{"other/", "sub/", "sub/deep/"}));
    EXPECT_EQ(match("sub/*/"), (Paths{"sub/deep/"}));
}

TEST_F(Files, InAFolderWithAStrangeName)
{
    touch("[x]*\\?/y.txt");
    touch("x/y.txt");
    EXPECT_EQ(match("*/**/y.txt"), (Paths{"[x]*\\?/y.txt", "x/y.txt"}));
    EXPECT_EQ(match("**/y.txt"), (Paths{"[x]*\\?/y.txt", "x/y.txt"}));
}

TEST_F(Files, ThatAreNotThereAreAnError)
{
    EXPECT_EQ(FileList::match("*.png").error().message, "no file matches '*.png'");
    EXPECT_FALSE(FileList::match("sub"));
    EXPECT_FALSE(FileList::match("no/such/**"));
}

TEST_F(Files, HaveAHashOfNamesSizesAndTimes)
{
    const std::string hash = FileList::match("*.txt")->contentHash();
    EXPECT_EQ(FileList::match("*.txt")->contentHash(), hash);
    std::ofstream("a.txt") << "longer content\n";
    const std::string longer = FileList::match("*.txt")->contentHash();
    EXPECT_NE(longer, hash);
    fs::last_write_time("a.txt", fs::last_write_time("a.txt") - std::chrono::seconds(1));
    EXPECT_NE(FileList::match("*.txt")->contentHash(), longer);
    fs::rename("a.txt", "z.txt");
    EXPECT_NE(FileList::match("*.txt")->contentHash(), longer);
}

} // namespace
} // namespace poolscope
