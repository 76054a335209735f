// SPDX-License-Identifier: GPL-3.0-or-later
// OwnDescriptor: an open file of the worker, in a process that also runs the code of tasks.
//
// The descriptor has a high number, which tasks seldom use. A task can still close it, and may then
// open a file under the same number. Callers that run foreign code check isIntact() before they
// read or write. The check compares the descriptor's F_SETSIG signal, which nothing else uses. That
// is a system call, too slow for each batch of quick iterations, but cheaper than fstat().
#pragma once

namespace poolscope::worker {

/// Whether code of the user runs in this process.
enum class ForeignCode { No, Yes };

class OwnDescriptor {
public:
    OwnDescriptor() = default; ///< belongs to no file
    /// Duplicates a descriptor, which stays open.
    explicit OwnDescriptor(int number);
    /// Opens a file, with open()'s flags.
    OwnDescriptor(const char *path, int flags);
    OwnDescriptor(OwnDescriptor &&other) noexcept;
    OwnDescriptor &operator=(OwnDescriptor &&other) noexcept;
    ~OwnDescriptor();

    int number() const { return m_number; } ///< -1 if it could not be opened
    /// Whether the descriptor is open and still belongs to the same file.
    bool isIntact() const;

private:
    int m_number = -1;
};

} // namespace poolscope::worker
