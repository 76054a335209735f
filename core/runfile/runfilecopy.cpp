// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfilecopy.h"

#include "runfile/runfilereader.h"
#include "runfile/sqlite.h"
#include "system/atomicfile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace poolscope {

namespace fs = std::filesystem;

namespace {

Result<void> copyBytes(const fs::path &from, AtomicFile &copy, const CopyProgress &progress)
{
    std::error_code unknown;
    const auto size = std::max<double>(static_cast<double>(fs::file_size(from, unknown)), 1);
    std::ifstream file(from, std::ios::binary);
    std::string bytes(1U << 20U, '\0');
    double copied = 0;
    while (file.good()) {
        if (!progress(std::min(copied / size, 1.0)))
            return failure({});
        file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        const auto read = static_cast<std::size_t>(file.gcount());
        if (auto appended = copy.append({bytes.data(), read}); !appended)
            return appended;
        copied += static_cast<double>(read);
    }
    if (!file.eof())
        return failure("cannot read " + from.string() + ": " + std::strerror(errno));
    return {};
}

/// Removes an old journal, which SQLite would use for the copy.
void removeJournal(const fs::path &path)
{
    std::error_code isNotThere;
    fs::remove(sqlite::journalOf(path.string()), isNotThere);
}

} // namespace

Result<void> copyRunFile(const fs::path &from, const fs::path &to, const CopyProgress &progress)
{
    auto reader = RunFileReader::open(from.string());
    if (!reader)
        return tl::unexpected(reader.error());
    if (auto held = reader->keepAsItIs(); !held)
        return held;
    auto copy = AtomicFile::open(to);
    if (!copy)
        return tl::unexpected(copy.error());
    return copyBytes(from, **copy, progress).and_then([&] { return (*copy)->commit(); }).map([&] {
        removeJournal(to);
    });
}

} // namespace poolscope
