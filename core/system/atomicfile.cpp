// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/atomicfile.h"

#include "system/newfile.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

std::string reasonFor(const char *action, const fs::path &path, int error)
{
    return std::string("cannot ") + action + " " + path.string() + ": "
        + std::system_category().message(error);
}

int openNameless(const fs::path &target)
{
    const fs::path folder = target.has_parent_path() ? target.parent_path() : ".";
    return ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
}

/// Links a file without a name under a new name, as open(2) describes for O_TMPFILE. Returns the
/// new path. Empty, with errno, if that fails.
fs::path linkBeside(int descriptor, const fs::path &target)
{
    const std::string file = "/proc/self/fd/" + std::to_string(descriptor);
    for (;;) {
        const fs::path path = unguessableBeside(target);
        if (::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0)
            return path;
        if (errno != EEXIST)
            return {};
    }
}

/// Whether linkBeside() works, by a trial with a file that is removed. An error must not be found
/// only when the real file is complete.
bool canLinkBeside(const fs::path &target)
{
    const int descriptor = openNameless(target);
    if (descriptor < 0)
        return false;
    const fs::path temporary = linkBeside(descriptor, target);
    const bool linked = !temporary.empty() && ::unlink(temporary.c_str()) == 0;
    ::close(descriptor);
    return linked;
}

/// Whether `size` bytes can be allocated, with some to spare, on a file system that overwrites
/// blocks in place. On others, overwriting an allocated block needs room again.
bool hasRoomFor(int file, std::uint64_t size)
{
    constexpr std::uint32_t xfsMagic = 0x58465342;
    struct statfs system = {};
    rlimit limit{};
    if (::fstatfs(file, &system) != 0 || ::getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    const auto type = static_cast<std::uint32_t>(system.f_type);
    const bool isInPlace = type == EXT4_SUPER_MAGIC || type == xfsMagic || type == TMPFS_MAGIC
        || type == OVERLAYFS_SUPER_MAGIC;
    const std::uint64_t free = system.f_bavail * static_cast<std::uint64_t>(system.f_bsize);
    return isInPlace && size <= limit.rlim_cur && size <= free / 10 * 9;
}

bool isMappable(int file, std::uint64_t size)
{
    void *memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return memory != MAP_FAILED && ::munmap(memory, size) == 0;
}

} // namespace

AtomicFile::AtomicFile(fs::path path, WaitForRoom room)
    : m_path(std::move(path))
    , m_room(std::move(room))
{
    m_buffer.reserve(bufferSize);
}

AtomicFile::~AtomicFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
}

Result<std::unique_ptr<AtomicFile>> AtomicFile::open(const fs::path &path, WaitForRoom room)
{
    std::unique_ptr<AtomicFile> file(new AtomicFile(path, std::move(room)));
    if (auto opened = file->openFile(); !opened)
        return tl::unexpected(std::move(opened.error()));
    return file;
}

Result<void> AtomicFile::openFile()
{
    auto target = followOwnLinks(m_path);
    if (!target)
        return tl::unexpected(target.error());
    m_target = std::move(*target);
    struct stat status = {};
    if (::stat(m_target.c_str(), &status) != 0) {
        if (errno != ENOENT)
            return failWithErrno();
        return openTemporary(std::nullopt);
    }
    if (S_ISREG(status.st_mode)) {
        // A rename would replace a write-protected file without asking.
        if (::faccessat(AT_FDCWD, m_target.c_str(), W_OK, AT_EACCESS) != 0)
            return failWithErrno();
        if (isKeptFromReplacing(m_target)) {
            errno = EPERM;
            return failWithErrno();
        }
        return openTemporary(
            mayBePlanted(m_target) ? std::nullopt : std::optional(status.st_mode & 0777U));
    }
    if (mayBePlanted(m_target))
        return fail("cannot write " + m_path.string()
            + ": it is a pipe or a device that another user made");
    m_descriptor = ::open(m_target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
    if (m_descriptor < 0)
        return failWithErrno();
    return {};
}

Result<void> AtomicFile::openTemporary(std::optional<unsigned> mode)
{
    m_kind = Kind::Replacing;
    if (canLinkBeside(m_target))
        m_descriptor = openNameless(m_target);
    if (m_descriptor < 0) {
        NewFile named = createBeside(m_target, 0666);
        if (named.descriptor < 0)
            return failWithErrno();
        m_descriptor = named.descriptor;
        m_temporary = std::move(named.path);
    }
    if (mode)
        ::fchmod(m_descriptor, *mode); // fails on file systems without modes, which is harmless
    return {};
}

/// Links the file if it has no name yet. Returns false, with errno, if that fails.
bool AtomicFile::assignName()
{
    while (m_temporary.empty()) {
        m_temporary = linkBeside(m_descriptor, m_target);
        if (m_temporary.empty() && !waitsForRoom())
            return false;
    }
    return true;
}

Result<void> AtomicFile::appendUnbuffered(std::string_view bytes)
{
    if (auto flushed = flush(); !flushed)
        return flushed;
    if (bytes.size() > bufferSize)
        return writeAll(bytes);
    m_buffer += bytes;
    return {};
}

Result<void> AtomicFile::flush()
{
    if (m_error)
        return tl::unexpected(*m_error);
    auto written = writeAll(m_buffer);
    m_buffer.clear();
    return written;
}

Result<void> AtomicFile::writeAll(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(m_descriptor, bytes.data(), bytes.size());
        if (count >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR && !waitsForRoom())
            return failWithErrno();
    }
    return {};
}

Result<void> AtomicFile::readAt(std::uint64_t offset, std::span<std::byte> bytes)
{
    if (auto flushed = flush(); !flushed)
        return flushed;
    while (!bytes.empty()) {
        const ssize_t count =
            ::pread(m_descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count == 0)
            return fail("cannot read back " + m_path.string() + ": it was cut by someone else");
        if (count < 0 && errno != EINTR)
            return failWithErrno();
        if (count > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }
    return {};
}

Result<void> AtomicFile::overwriteAt(std::uint64_t offset, std::string_view bytes)
{
    if (auto flushed = flush(); !flushed)
        return flushed;
    while (!bytes.empty()) {
        const ssize_t count =
            ::pwrite(m_descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno != EINTR && !waitsForRoom())
            return failWithErrno();
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }
    return {};
}

Result<void> AtomicFile::cutAt(std::uint64_t size)
{
    if (auto flushed = flush(); !flushed)
        return flushed;
    if (::ftruncate(m_descriptor, static_cast<off_t>(size)) != 0)
        return failWithErrno();
    return {};
}

std::optional<int> AtomicFile::allocate(std::uint64_t size)
{
    if (isDirect() || !hasRoomFor(m_descriptor, size))
        return std::nullopt;
    if (::fallocate(m_descriptor, 0, 0, static_cast<off_t>(size)) == 0
        && isMappable(m_descriptor, size) && flush())
        return m_descriptor;
    [[maybe_unused]] const int cut = ::ftruncate(m_descriptor, ::lseek(m_descriptor, 0, SEEK_CUR));
    return std::nullopt;
}

Result<void> AtomicFile::commit(Sync sync)
{
    if (auto flushed = flush(); !flushed || isDirect())
        return flushed;
    const bool syncs = sync == Sync::Always || ::access(m_target.c_str(), F_OK) == 0;
    if ((syncs && ::fsync(m_descriptor) != 0) || !assignName())
        return failWithErrno();
    // Network file systems report failed writes here.
    const bool isClosed = ::close(std::exchange(m_descriptor, -1)) == 0 || errno == EINTR;
    if (!isClosed || ::rename(m_temporary.c_str(), m_target.c_str()) != 0)
        return failWithErrno();
    m_temporary.clear();
    return {};
}

tl::unexpected<Error> AtomicFile::fail(std::string message)
{
    if (!m_error)
        m_error = Error{std::move(message)};
    return tl::unexpected(*m_error);
}

/// Waits if the disk is full. Returns whether to try the write again. Preserves errno.
bool AtomicFile::waitsForRoom()
{
    const int error = errno;
    const bool isFull = !isDirect() && (error == ENOSPC || error == EDQUOT);
    const bool again = isFull && m_room && m_room(reasonFor("write", m_path, error));
    errno = error;
    return again;
}

tl::unexpected<Error> AtomicFile::failWithErrno()
{
    return fail(reasonFor("write", m_path, errno));
}

Result<void> writeFile(const fs::path &path, std::string_view bytes)
{
    auto file = AtomicFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    return (*file)->append(bytes).and_then([&] { return (*file)->commit(); });
}

} // namespace poolscope
