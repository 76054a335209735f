// SPDX-License-Identifier: GPL-3.0-or-later
// AtomicFile: a file that appears under its name whole, or not at all.
//
// What is written goes to a file without a name in the destination's folder, which commit() links
// as .poolscope-RANDOM and renames to the destination: whatever ends before leaves nothing behind.
// Where there are no such files, or they cannot be linked, it is called that from the start;
// destroying the object uncommitted removes it, a killed process leaves it.
//
// What is written is on the disk before it gets the name, so that a power failure leaves it whole.
// Sync::IfItReplaces is for outcomes, on which a disk may work longer than the run: a new file is
// not waited for.
//
// A symbolic link is followed and its target replaced, but see followOwnLinks(). A pipe or a device
// is not replaced but written to as it stands, in order only: see isDirect(). Its owner ignores
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

/// Called where the disk is full, with what is wrong in one line, as often as it still is: waits
/// for a while, and tells whether to try again.
using WaitForRoom = std::function<bool(const std::string &what)>;

class AtomicFile {
public:
    /// Fails, with nothing created, where `path` cannot be written. Without `room` a full disk is
    /// an error like any other.
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

    /// Reads bytes, or writes over them, that were appended before.
    Result<void> readAt(std::uint64_t offset, std::span<std::byte> bytes);
    Result<void> overwriteAt(std::uint64_t offset, std::string_view bytes);
    /// Cuts what was appended before. Nothing may be appended afterwards.
    Result<void> cutAt(std::uint64_t size);

    /// Extends the file to `size` bytes whose blocks are allocated and that can be mapped, so that
    /// a full disk cannot kill a process that stores into them. Returns the file's descriptor,
    /// which stays this object's. What is stored counts as appended. Returns nothing, and changes
    /// nothing, where the file system cannot promise that or has not much more room.
    std::optional<int> allocate(std::uint64_t size);

    enum class Sync { Always, IfItReplaces };
    /// Puts the file under its name. Nothing may be called afterwards.
    Result<void> commit(Sync sync = Sync::Always);

    /// Makes `message` the file's final error, so that it cannot be committed.
    tl::unexpected<Error> fail(std::string message);

private:
    static constexpr std::size_t bufferSize = 256 * 1024;
    enum class Kind { Direct, Replacing };

    AtomicFile(std::filesystem::path path, WaitForRoom room);
    Result<void> openFile();
    Result<void> openTemporary(std::optional<unsigned> mode);
    bool giveName();
    Result<void> appendUnbuffered(std::string_view bytes);
    Result<void> writeAll(std::string_view bytes);
    Result<void> flush();
    bool waitsForRoom();
    tl::unexpected<Error> failWithErrno();

    std::filesystem::path m_path; ///< as the user wrote it
    std::filesystem::path m_target; ///< the same with links followed
    Kind m_kind = Kind::Direct;
    std::filesystem::path m_temporary; ///< empty if there is none yet, or none any more
    WaitForRoom m_room;
    int m_descriptor = -1;
    std::string m_buffer;
    std::optional<Error> m_error;
};

/// Writes a file of these bytes, whole or not at all.
Result<void> writeFile(const std::filesystem::path &path, std::string_view bytes);

} // namespace poolscope
