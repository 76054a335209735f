// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/watchhooks.h"

#include "system/atomicfile.h"

#include <QCoreApplication>
#include <QStandardPaths>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace poolscope {

namespace fs = std::filesystem;

namespace {

fs::path installedHooks()
{
    return fs::path(QCoreApplication::applicationDirPath().toStdString()).parent_path()
        / "share/poolscope/watch";
}

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Each file is replaced as a whole, since another program may be starting with it.
Result<void> copyFile(const fs::path &from, const fs::path &to)
{
    const std::string content = contentOf(from);
    if (contentOf(to) == content)
        return {};
    return AtomicFile::open(to).and_then([&](std::unique_ptr<AtomicFile> file) {
        return file->append(content).and_then([&] { return file->commit(); });
    });
}

void removeOtherVersions(const fs::path &cache, const fs::path &own)
{
    std::error_code error;
    for (fs::directory_iterator entry(cache, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code stays;
        if (entry->path() != own && entry->path().filename().string().starts_with("watch-"))
            fs::remove_all(entry->path(), stays);
    }
}

} // namespace

Result<std::string> watchHooks()
{
    const fs::path installed = installedHooks();
    std::error_code error;
    if (!fs::exists(installed / "sitecustomize.py", error))
        return failure("the hooks for Python are missing: " + installed.string()
            + " was installed with this program");
    const fs::path cache =
        fs::path(
            QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation).toStdString())
        / "poolscope";
    const fs::path own = cache / ("watch-" POOLSCOPE_VERSION);
    fs::create_directories(own, error);
    if (error)
        return installed.string();
    for (fs::directory_iterator entry(installed, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".py"
            && !copyFile(entry->path(), own / entry->path().filename()))
            return installed.string();
    }
    removeOtherVersions(cache, own);
    return own.string();
}

} // namespace poolscope
