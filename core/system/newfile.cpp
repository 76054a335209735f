// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/newfile.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

fs::path folderOf(const fs::path &file)
{
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

struct Link {
    uid_t owner = 0;
    fs::path leadsTo;
};

/// Returns a link's owner and destination, read without a race. Nothing if the path is not a link.
std::optional<Link> readLink(const fs::path &path)
{
    const int descriptor = ::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0)
        return std::nullopt;
    std::optional<Link> link;
    struct stat status = {};
    if (::fstat(descriptor, &status) == 0 && S_ISLNK(status.st_mode)) {
        std::string destination(PATH_MAX, '\0');
        const ssize_t size = ::readlinkat(descriptor, "", destination.data(), destination.size());
        if (size > 0) {
            destination.resize(static_cast<std::size_t>(size));
            link = Link{status.st_uid, path.parent_path() / destination};
        }
    }
    ::close(descriptor);
    return link;
}

bool isTrusted(uid_t owner, const fs::path &folder)
{
    if (owner == ::geteuid() || owner == 0)
        return true;
    struct stat status = {};
    return ::stat(folder.c_str(), &status) == 0 && status.st_uid == owner;
}

} // namespace

fs::path unguessableBeside(const fs::path &target)
{
    std::random_device random;
    const std::uint64_t number = std::uint64_t{random()} << 32 | random();
    char name[40];
    std::snprintf(
        name, sizeof(name), ".poolscope-%016llx", static_cast<unsigned long long>(number));
    return target.parent_path() / name;
}

NewFile createBeside(const fs::path &target, mode_t mode)
{
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    NewFile file;
    do {
        file.path = unguessableBeside(target);
        file.descriptor = ::open(file.path.c_str(), flags, mode);
    } while (file.descriptor < 0 && errno == EEXIST);
    return file;
}

Result<fs::path> followOwnLinks(const fs::path &path)
{
    // If links form a circle, the result is a link, and opening it fails.
    constexpr int maxLinks = 40;
    fs::path place = path;
    for (int links = 0; links < maxLinks; ++links) {
        const auto link = readLink(place);
        if (!link)
            break;
        if (!isTrusted(link->owner, folderOf(place)))
            return failure("cannot write " + path.string() + ": " + place.string()
                + " is a link that another user made; remove it, or choose another name");
        place = link->leadsTo;
    }
    return place;
}

Result<std::uint64_t> sizeIfStillAt(const fs::path &path, int descriptor)
{
    struct stat held = {};
    struct stat found = {};
    if (::fstat(descriptor, &held) != 0 || (::lstat(path.c_str(), &found) != 0 && errno != ENOENT))
        return failure(std::string("cannot be reached any more: ") + std::strerror(errno));
    if (found.st_nlink == 0)
        return failure("was removed or renamed");
    if (found.st_ino != held.st_ino || found.st_dev != held.st_dev)
        return failure("was replaced by another file");
    return static_cast<std::uint64_t>(held.st_size);
}

bool mayBePlanted(const fs::path &file)
{
    struct stat status = {};
    struct stat folder = {};
    return ::lstat(file.c_str(), &status) == 0 && ::stat(folderOf(file).c_str(), &folder) == 0
        && (folder.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !isTrusted(status.st_uid, folderOf(file));
}

bool isKeptFromReplacing(const fs::path &file)
{
    struct stat status = {};
    struct stat folder = {};
    const uid_t user = ::geteuid();
    return user != 0 && ::lstat(file.c_str(), &status) == 0
        && ::stat(folderOf(file).c_str(), &folder) == 0 && (folder.st_mode & S_ISVTX) != 0
        && status.st_uid != user && folder.st_uid != user;
}

} // namespace poolscope
