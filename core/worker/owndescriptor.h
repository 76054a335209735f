// SPDX-License-Identifier: GPL-3.0-or-later
// OwnDescriptor: an open file of the worker's, in a process in which the code of tasks runs.
//
// It has a number that tasks hardly come across. A task can still close it, and then the number may
// become a file of its own. So where foreign code runs isIntact() is asked before the descriptor is
// written to or read from. What tells an own file is the signal that it is set to announce input
// with, which it is never asked to do: looking at that takes a tenth of what fstat() takes, and
// still as long as the square roots of some hundred numbers.
#pragma once

namespace poolscope::worker {

/// Whether code of the user's runs in this process.
enum class ForeignCode { No, Yes };

class OwnDescriptor {
public:
    OwnDescriptor() = default; ///< of no file
    /// A duplicate of the descriptor of that number, which stays open.
    explicit OwnDescriptor(int number);
    /// Opens a file, with open()'s flags.
    OwnDescriptor(const char *path, int flags);
    OwnDescriptor(OwnDescriptor &&other) noexcept;
    OwnDescriptor &operator=(OwnDescriptor &&other) noexcept;
    ~OwnDescriptor();

    int number() const { return m_number; } ///< -1 where it could not be opened
    /// Whether it is open, and the file that it was.
    bool isIntact() const;

private:
    int m_number = -1;
};

} // namespace poolscope::worker
