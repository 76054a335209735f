// SPDX-License-Identifier: GPL-3.0-or-later
// RunFile: a .poolscope file that is being written, by one process at a time.
//
// What is added between begin() and commit() is in the file as a whole or not at all, whatever dies
// afterwards: this program, or the machine. Where something cannot be written the caller rolls
// back, and may try the same again (when a disk was full, say) unless isLost(). close() leaves one
// file; a process that is killed leaves a rollback journal beside it, with which SQLite mends the
// file when it is next opened.
//
// The file is made under a name that nobody can guess, and renamed. Neither it nor its journal is
// ever one that another user put there (see system/newfile.h).
//
// One thread at a time.
#pragma once

#include "runfile/runfileformat.h"

#include <functional>
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
    void continueAfter(const RunProgress &progress)
    {
        m_batchesBefore = progress.batchesBefore;
        m_batches = m_committed = progress.batchesBefore + progress.batches;
    }
    ~RunFile();
    RunFile(const RunFile &) = delete;
    RunFile &operator=(const RunFile &) = delete;

    const std::string &path() const { return m_path; }

    /// Replaces what the file says of its run, in a transaction of its own.
    Result<void> describe(const RunDescription &description);

    /// Begins the next run of a session, in a transaction of its own. What is added and committed
    /// from now on belongs to it. The run before has ended.
    Result<void> addRun(const RunDescription &description);

    Result<void> begin();
    /// Its number is given to it here.
    Result<void> add(RecordBatch batch);
    /// Ends the transaction; writer and number of batches are given to the progress here.
    Result<void> commit(RunProgress progress);
    void rollback();
    /// Whether what failed last will fail for ever, since the file is not what it was: it was
    /// removed, replaced, cut short or damaged, or must not be written any more.
    bool isLost() const { return m_isLost; }
    /// Lets go of the file, and leaves no other beside it, unless somebody is reading it just now.
    /// Fails if the file is not there any more. Nothing may be called afterwards.
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
    std::string m_place; ///< absolute, with links followed
    std::unique_ptr<Lock> m_lock; ///< outlives the connection
    sqlite::Database m_database;
    sqlite::Statement m_addBatch;
    sqlite::Statement m_putMeta;
    std::uint32_t m_run = 1; ///< that is being written
    std::uint64_t m_batchesBefore = 0; ///< of runs before this one
    std::uint64_t m_batches = 0; ///< in the file, and added to it
    std::uint64_t m_committed = 0; ///< in the file
    std::size_t m_unwritten = 0; ///< bytes added since the disk began to write
    std::uint64_t m_size = 0; ///< bytes of the file when it was last committed
    bool m_isLost = false;
    RunFileWriter m_writer;
};

/// This process, as a run file names it.
RunFileWriter thisProcess();

/// Whether that process lives, a zombie not: of another host it is taken to.
bool isAlive(const RunFileWriter &writer);
/// Whether the run goes on in a process that lives.
bool isBeingWritten(const RunProgress &progress);

/// "process 1234 on this host", for a message.
std::string writerText(const RunFileWriter &writer);

/// Changes what a run is called; another process may be writing the file meanwhile.
Result<void> setRunLabel(const std::string &path, const RunLabel &label);

} // namespace poolscope
