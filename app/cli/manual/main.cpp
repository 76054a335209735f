// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the manual page and the completions of shells into a folder. Run by the build.
#include "cli/manual/completions.h"
#include "cli/manual/manpage.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

bool write(const std::filesystem::path &path, const std::string &text)
{
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        std::cerr << "cannot write " << path.string() << "\n";
    return !file.fail();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: poolscope-manual PROSE FOLDER\n";
        return 2;
    }
    std::ifstream prose(argv[1]);
    if (!prose) {
        std::cerr << "cannot read " << argv[1] << "\n";
        return 2;
    }
    const std::string text{std::istreambuf_iterator<char>(prose), {}};
    const std::filesystem::path folder(argv[2]);
    const bool written = write(folder / "poolscope.1", poolscope::manPage(text, POOLSCOPE_VERSION))
        && write(folder / "poolscope.bash", poolscope::bashCompletion())
        && write(folder / "_poolscope", poolscope::zshCompletion())
        && write(folder / "poolscope.fish", poolscope::fishCompletion());
    return written ? 0 : 2;
}
