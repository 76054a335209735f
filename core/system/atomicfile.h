// SPDX-License-Identifier: GPL-3.0-or-later
// AtomicFile: a file that appears under its name when it is complete, or not at all.
//
// The bytes are written to a file without a name in the folder of the destination. commit() links
// it as .poolscope-RANDOM and renames it to the destination, so a process that ends before leaves
// nothing behind. On file systems without such files the file has that name from the start. The
// destructor removes it, but a killed process leaves it behind.
//
// The bytes are on the disk before the file has its name, so it is complete even after a power
// failure. Sync::IfItReplaces does not wait for the disk if the file is new: writing outcomes to
// the disk may take longer than the run.
//
// A symbolic link is followed and its target replaced; see followOwnLinks(). A pipe or a device is
// not replaced: bytes are written to it directly and in order; see isDirect(). The caller ignores
// SIGPIPE.
//
// An error is final: every later call returns it, commit() too.
#pragma once

#include "result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace poolscope {

/// Called with a one-line message while the disk is full. Waits for a while, and returns whether to
/// try again.
using WaitForRoom = std::function<bool(const std::string &what)>;

class AtomicFile {
public:
    /// Fails, and creates nothing, if `path` cannot be written. Without `room` a full disk is an
    /// error like any other.
    static Result<std::unique_ptr<AtomicFile>> open(
        const std::filesystem::path &path, WaitForRoom room = {});
    ~AtomicFile();
    AtomicFile(const AtomicFile &) = delete;
    AtomicFile &operator=(const AtomicFile &) = delete;

    Result<void> append(std::string_view bytes)
    {
        if (m_error || bytes.size() > bufferSize - m_buffer.size())
            return appendUnbuffered(bytes);
        m_buffer += bytes;
        return {};
    }

    /// True for a pipe or device, where readAt(), overwriteAt() and cutAt() fail.
    bool isDirect() const { return m_kind == Kind::Direct; }

    /// Reads or overwrites bytes that were appended before.
    Result<void> readAt(std::uint64_t offset, std::span<std::byte> bytes);
    Result<void> overwriteAt(std::uint64_t offset, std::string_view bytes);
    /// Truncates the file. Nothing may be appended afterwards.
    Result<void> cutAt(std::uint64_t size);

    /// Extends the file to `size` bytes that can be mapped and whose blocks are allocated, so that
    /// a full disk cannot kill a process that stores into them. Returns the descriptor, which this
    /// object closes. Stored bytes count as appended. Returns nothing, and changes nothing, if the
    /// file system does not support this or would be almost full.
    std::optional<int> allocate(std::uint64_t size);

    enum class Sync { Always, IfItReplaces };
    /// Makes the file appear under its name. No other function may be called afterwards.
    Result<void> commit(Sync sync = Sync::Always);

    /// Sets a final error, so that the file cannot be committed.
    tl::unexpected<Error> fail(std::string message);

private:
    static constexpr std::size_t bufferSize = 256 * 1024;
    enum class Kind { Direct, Replacing };

    AtomicFile(std::filesystem::path path, WaitForRoom room);
    Result<void> openFile();
    Result<void> openTemporary(std::optional<unsigned> mode);
    bool assignName();
    Result<void> appendUnbuffered(std::string_view bytes);
    Result<void> writeAll(std::string_view bytes);
    Result<void> flush();
    bool waitsForRoom();
    tl::unexpected<Error> failWithErrno();

    std::filesystem::path m_path; ///< as the user wrote it
    std::filesystem::path m_target; ///< the path with links followed
    Kind m_kind = Kind::Direct;
    std::filesystem::path m_temporary; ///< empty while the file has no name
    WaitForRoom m_room;
    int m_descriptor = -1;
    std::string m_buffer;
    std::optional<Error> m_error;
};

/// Writes a file of these bytes, completely or not at all.
Result<void> writeFile(const std::filesystem::path &path, std::string_view bytes);

} // namespace poolscope
