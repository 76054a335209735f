// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/pythonimports.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace poolscope {

namespace {

constexpr std::string_view blanks = " \t\r\f";

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    for (bool more = true; more;) {
        const auto end = text.find_first_of(separators);
        parts.push_back(trimmed(text.substr(0, end)));
        more = end != std::string_view::npos;
        text.remove_prefix(more ? end + 1 : text.size());
    }
    return parts;
}

bool isPartOfName(char letter)
{
    const auto code = static_cast<unsigned char>(letter);
    return code == '_' || code >= 0x80 || std::isalnum(code) != 0;
}

bool beginsWithWord(std::string_view word, std::string_view text)
{
    return text.starts_with(word)
        && (text.size() == word.size() || !isPartOfName(text[word.size()]));
}

/// Where the word stands in a statement that does not begin with it, or its end: not as a part of a
/// name.
std::size_t placeOfWord(std::string_view word, std::string_view statement)
{
    std::size_t at = 1;
    while (at < statement.size()
        && (isPartOfName(statement[at - 1]) || !beginsWithWord(word, statement.substr(at))))
        ++at;
    return std::min(at, statement.size());
}

/// A line without its comment, and with those that its bracket or backslash goes on in.
std::string takeLogicalLine(std::string_view &source)
{
    std::string line;
    for (bool goesOn = true; goesOn && !source.empty();) {
        const auto end = source.find('\n');
        std::string_view part = source.substr(0, end);
        source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
        part = trimmed(part.substr(0, part.find('#')));
        const bool continued = part.ends_with('\\');
        if (continued)
            part.remove_suffix(1);
        line.append(part).append(1, ' ');
        const bool isOpen = beginsWithWord("from", line) && line.find('(') != std::string::npos
            && line.find(')') == std::string::npos;
        goesOn = continued || isOpen;
    }
    return line;
}

std::vector<std::string> namesIn(std::string_view list)
{
    std::vector<std::string> names;
    for (const std::string_view part : split(list, ",()")) {
        const std::string_view name = part.substr(0, part.find_first_of(blanks)); // ... as OTHER
        if (!name.empty())
            names.emplace_back(name);
    }
    return names;
}

void addImports(std::string_view statement, std::vector<ImportStatement> &imports)
{
    constexpr std::string_view import = "import";
    constexpr std::string_view from = "from";
    if (beginsWithWord(import, statement)) {
        for (std::string &module : namesIn(statement.substr(import.size())))
            imports.push_back({0, std::move(module), {}});
        return;
    }
    const std::size_t middle =
        beginsWithWord(from, statement) ? placeOfWord(import, statement) : statement.size();
    if (middle == statement.size())
        return;
    const std::string_view place = trimmed(statement.substr(from.size(), middle - from.size()));
    const std::size_t level = std::min(place.find_first_not_of('.'), place.size());
    imports.push_back({level, std::string(place.substr(level)),
        namesIn(statement.substr(middle + import.size()))});
}

bool isSource(const std::string &path)
{
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

bool isLibraryFolder(std::string_view folder)
{
    return folder.find("/lib/python3") != std::string_view::npos
        || folder.find("site-packages") != std::string_view::npos
        || folder.find("dist-packages") != std::string_view::npos;
}

/// Follows imports from file to file.
class Follower {
public:
    explicit Follower(const std::vector<std::string> &folders)
    {
        std::ranges::copy_if(folders, std::back_inserter(m_folders),
            [](const std::string &folder) { return !isLibraryFolder(folder); });
    }

    std::vector<std::string> follow(const std::string &path)
    {
        m_seen.insert(path);
        std::vector<std::string> found;
        readImports(path, found);
        for (std::size_t i = 0; i < found.size(); ++i)
            readImports(std::string(found[i]), found);
        return found;
    }

private:
    void readImports(const std::string &path, std::vector<std::string> &found)
    {
        if (!isSource(path))
            return; // reading a pipe would wait for who writes it
        std::ifstream file(path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf(); // an iterator over the buffer would throw where reading fails
        const std::string source = text.str();
        for (const ImportStatement &statement : importsOf(source)) {
            if (statement.level == 0) {
                for (const std::string &folder : m_folders)
                    addModule(folder, statement, found);
                continue;
            }
            std::filesystem::path package = std::filesystem::path(path).parent_path();
            for (std::size_t up = 1; up < statement.level; ++up)
                package = package.parent_path();
            addModule(package, statement, found);
        }
    }

    /// The packages on the way to a module run, too.
    void addModule(std::filesystem::path place, const ImportStatement &statement,
        std::vector<std::string> &found)
    {
        if (statement.level > 0)
            addIfNew(place / "__init__.py", found);
        for (const std::string_view part : split(statement.module, ".")) {
            place /= part;
            addIfNew(place.string() + ".py", found);
            addIfNew(place / "__init__.py", found);
        }
        for (const std::string &name : statement.names) {
            addIfNew((place / name).string() + ".py", found);
            addIfNew(place / name / "__init__.py", found);
        }
    }

    void addIfNew(const std::string &path, std::vector<std::string> &found)
    {
        if (isSource(path) && m_seen.insert(path).second)
            found.push_back(path);
    }

    std::vector<std::string> m_folders;
    std::set<std::string> m_seen;
};

} // namespace

std::vector<ImportStatement> importsOf(std::string_view source)
{
    std::vector<ImportStatement> imports;
    while (!source.empty()) {
        const std::string line = takeLogicalLine(source);
        for (const std::string_view statement : split(line, ";:"))
            addImports(statement, imports);
    }
    return imports;
}

std::vector<std::string> importedFiles(
    const std::string &path, const std::vector<std::string> &folders)
{
    return Follower(folders).follow(path);
}

std::vector<std::string> pythonPathFolders()
{
    std::vector<std::string> folders;
    const char *variable = std::getenv("PYTHONPATH");
    for (const std::string_view folder : split(variable ? variable : "", ":")) {
        if (!folder.empty())
            folders.emplace_back(folder);
    }
    return folders;
}

} // namespace poolscope
