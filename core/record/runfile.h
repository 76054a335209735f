// SPDX-License-Identifier: GPL-3.0-or-later
// RunFile: a .poolscope file that is being written, by one process at a time.
//
// What is added between begin() and commit() is in the file as a whole or not at all, whatever dies
// afterwards: this program, or the machine. Where something cannot be written (a full disk, say)
// the caller rolls back, and may try the same again. close() leaves one file; a process that is
// killed leaves a rollback journal beside it, with which SQLite mends the file when it is next
// opened.
//
// One thread at a time.
#pragma once

#include "record/runfileformat.h"

#include <memory>
#include <string>

namespace poolscope {

class RunFile {
public:
    enum class IfExists { Refuse, Replace };

    /// Makes the file at `path`, and takes hold of it.
    static Result<std::unique_ptr<RunFile>> create(
        const std::string &path, const RunDescription &description, IfExists ifExists);
    /// Takes hold of a run file, so that nobody else writes it. It is read then, and
    /// continueAfter() called, before anything is written to it.
    static Result<std::unique_ptr<RunFile>> reopen(const std::string &path);
    void continueAfter(const RunProgress &progress) { m_pieces = m_committed = progress.pieces; }
    ~RunFile();
    RunFile(const RunFile &) = delete;
    RunFile &operator=(const RunFile &) = delete;

    const std::string &path() const { return m_path; }

    /// Replaces what the file says of its run, in a transaction of its own.
    Result<void> describe(const RunDescription &description);

    Result<void> begin();
    /// Its number is given to it here.
    Result<void> add(Piece piece);
    /// Ends the transaction; holder and number of pieces are given to the progress here.
    Result<void> commit(RunProgress progress);
    void rollback();
    /// Lets go of the file, and leaves no other beside it, unless somebody is reading it just now.
    /// Nothing may be called afterwards.
    void close();

private:
    class Lock;

    RunFile(std::string path, std::unique_ptr<Lock> lock);
    static Result<void> makeEmpty(const std::string &path, const RunDescription &description);
    Result<void> open(sqlite::Mode mode);
    Result<void> initialise(const RunDescription &description);
    Result<void> prepare();
    Result<void> put(const char *key, const std::string &text);
    Result<void> checked(int code, int expected);
    tl::unexpected<Error> fail(const std::string &why) const;

    std::string m_path;
    std::unique_ptr<Lock> m_lock; ///< outlives the connection
    sqlite::Database m_database;
    sqlite::Statement m_addPiece;
    sqlite::Statement m_putMeta;
    std::uint64_t m_pieces = 0; ///< in the file, and added to it
    std::uint64_t m_committed = 0; ///< in the file
    std::size_t m_unwritten = 0; ///< bytes added since the disk began to write
    RunFileHolder m_holder;
};

/// This process, as a run file names it.
RunFileHolder thisProcess();

/// Whether that process lives: of another host it is taken to.
bool isAlive(const RunFileHolder &holder);
/// Whether the run goes on in a process that lives.
bool isBeingWritten(const RunProgress &progress);

/// "process 1234 on this host", for a message.
std::string holderText(const RunFileHolder &holder);

/// Changes what a run is called; another process may be writing the file meanwhile.
Result<void> setRunLabel(const std::string &path, const RunLabel &label);

} // namespace poolscope
