// SPDX-License-Identifier: GPL-3.0-or-later
// RunFile: a .poolscope file that is being written, by one process at a time.
//
// All that is added between begin() and commit() is in the file as a whole or not at all, even if
// the program is killed or the machine fails. If a write fails, the caller rolls back, and may try
// again (after a full disk, for example) unless isLost(). close() leaves one file. A process that
// is killed leaves a rollback journal beside it, from which SQLite restores the file when it is
// next opened.
//
// The file is created under a name that nobody can guess, and renamed. Files or journals that
// another user has created are never used (see system/newfile.h).
//
// One thread at a time.
#pragma once

#include "runfile/runfileformat.h"
#include "runfile/runfilewriter.h"

#include <functional>
#include <memory>
#include <string>

namespace poolscope {

class RunFile {
public:
    enum class IfExists { Refuse, Replace };

    /// Creates the file at `path`, and locks it.
    static Result<std::unique_ptr<RunFile>> create(
        const std::string &path, const RunDescription &description, IfExists ifExists);
    /// Opens a run file, and locks it, so that no other process writes to it. The caller then reads
    /// it and calls continueAfter(), before anything is written.
    static Result<std::unique_ptr<RunFile>> reopen(const std::string &path);
    void continueAfter(const RunProgress &progress)
    {
        m_batchesBefore = progress.batchesBefore;
        m_batches = m_committed = progress.batchesBefore + progress.batches;
    }
    ~RunFile();
    RunFile(const RunFile &) = delete;
    RunFile &operator=(const RunFile &) = delete;

    const std::string &path() const { return m_path; }

    /// Replaces the description of the run, in a transaction of its own.
    Result<void> describe(const RunDescription &description);

    /// Starts the next run of a session, in a transaction of its own. All that is added and
    /// committed from now on belongs to it. The run before must have ended.
    Result<void> addRun(const RunDescription &description);

    Result<void> begin();
    /// Adds a batch, and sets its number.
    Result<void> add(RecordBatch batch);
    /// Ends the transaction, and sets the writer and the numbers of batches of the progress.
    Result<void> commit(RunProgress progress);
    void rollback();
    /// Whether the last failure is permanent, since the file was removed, replaced, cut short or
    /// damaged, or may not be written any more.
    bool isLost() const { return m_isLost; }
    /// Closes the file, and removes its journal unless another process is reading the file. Fails
    /// if the file was removed, replaced or cut short. Nothing may be called afterwards.
    Result<void> close();

private:
    class Lock;

    enum class Journal { InMemory, Beside };

    RunFile(std::string path, std::string place, std::unique_ptr<Lock> lock);
    static Result<std::unique_ptr<Lock>> makeEmpty(const std::string &path,
        const std::string &place, const RunDescription &description, IfExists ifExists);
    static Result<std::unique_ptr<RunFile>> openLocked(
        const std::string &path, const std::string &place, std::unique_ptr<Lock> lock);
    Result<void> open(Journal journal);
    Result<std::uint64_t> checkIsThere();
    Result<void> checkIsWhole(std::uint64_t size);
    Result<void> initialise(const RunDescription &description);
    Result<void> prepare();
    Result<void> put(const std::string &key, const std::string &text);
    Result<void> putRun(const RunDescription &description);
    Result<void> inTransaction(const std::function<Result<void>()> &write);
    Result<void> checked(int code, int expected);
    tl::unexpected<Error> fail(const std::string &why) const;

    std::string m_path; ///< as the user wrote it
    std::string m_resolvedPath; ///< absolute, with links followed
    std::unique_ptr<Lock> m_lock; ///< outlives the connection
    sqlite::Database m_database;
    sqlite::Statement m_addBatch;
    sqlite::Statement m_putMeta;
    std::uint32_t m_run = 1; ///< that is being written
    std::uint64_t m_batchesBefore = 0; ///< of runs before this one
    std::uint64_t m_batches = 0; ///< in the file, with those of this transaction
    std::uint64_t m_committed = 0; ///< in the file
    std::size_t m_unwritten = 0; ///< bytes added since the last Lock::beginWriting()
    std::uint64_t m_size = 0; ///< bytes of the file when it was last committed
    bool m_isLost = false;
    RunFileWriter m_writer;
};

/// Changes the label of a run file. Another process may be writing to the file meanwhile.
Result<void> setRunLabel(const std::string &path, const RunLabel &label);

} // namespace poolscope
