// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfile.h"

#include "runfile/runfilereader.h"
#include "system/newfile.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int patience = 2000; // milliseconds to wait for another program that reads
constexpr int lockInterval = 20; // milliseconds
constexpr std::size_t writtenAtOnce = 8U << 20;

bool isRegularFile(const std::string &path)
{
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

/// Returns the absolute path of a run file, with links followed.
Result<std::string> resolvedPath(const std::string &path)
{
    return followOwnLinks(path).and_then(
        [&](const std::filesystem::path &leadsTo) -> Result<std::string> {
            std::error_code error;
            const auto folder = std::filesystem::canonical(
                leadsTo.has_parent_path() ? leadsTo.parent_path() : ".", error);
            if (error)
                return failure("cannot write " + path + ": " + error.message());
            return (folder / leadsTo.filename()).string();
        });
}

/// Renames a file. Fails with EEXIST if `to` exists.
bool renameToNew(const std::string &from, const std::string &to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS) // which mean that the file system cannot
        return false;
    return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

} // namespace

/// The file's lock by flock(), which ends with the process. SQLite does not use flock(), but
/// closing the descriptor releases SQLite's own locks on the file, so it is closed last.
class RunFile::Lock {
public:
    /// Locks a new file that no other process has opened.
    static std::unique_ptr<Lock> ofNew(int descriptor)
    {
        std::unique_ptr<Lock> lock(new Lock(descriptor));
        flock(descriptor, LOCK_EX | LOCK_NB);
        return lock;
    }
    static Result<std::unique_ptr<Lock>> take(const std::string &path, const std::string &place)
    {
        std::unique_ptr<Lock> lock(
            new Lock(::open(place.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)));
        if (lock->m_file < 0)
            return failure("cannot write " + path + ": " + std::strerror(errno));
        for (int waited = 0;; waited += lockInterval) {
            if (flock(lock->m_file, LOCK_EX | LOCK_NB) == 0)
                return lock;
            if (errno != EWOULDBLOCK)
                return failure("cannot lock " + path + ": " + std::strerror(errno));
            const auto info = readRunFileInfo(path);
            // A worker that was being started may outlive a killed program, with its lock.
            const bool isLeftOver = info && !isAlive(info->progress.writer);
            if (!isLeftOver || waited >= patience)
                return failure(path + " is being written by "
                    + (info ? writerText(info->progress.writer) : "another program")
                    + "; wait until that run has ended");
            std::this_thread::sleep_for(std::chrono::milliseconds(lockInterval));
        }
    }
    ~Lock()
    {
        if (m_file >= 0)
            ::close(m_file);
    }

    Result<std::uint64_t> sizeAt(const std::string &place) const
    {
        return sizeIfStillAt(place, m_file);
    }

    /// Whether parts of the file were never written, other than the page of SQLite's locks. False
    /// if the file system does not report holes.
    bool hasHoles(std::uint64_t size) const
    {
        constexpr off_t locks = 1 << 30;
        const auto end = static_cast<off_t>(size);
        for (off_t at = 0;;) {
            const off_t hole = ::lseek(m_file, at, SEEK_HOLE);
            if (hole < 0 || hole >= end)
                return false;
            at = ::lseek(m_file, hole, SEEK_DATA);
            if (hole != locks || at != locks + runfile::pageSize)
                return true;
        }
    }

    /// Starts to write to the disk what SQLite has written to the system so far, so that a commit
    /// waits only for the rest.
    void beginWriting() { sync_file_range(m_file, 0, 0, SYNC_FILE_RANGE_WRITE); }

    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

private:
    explicit Lock(int file)
        : m_file(file)
    {
    }
    int m_file = -1;
};

RunFile::RunFile(std::string path, std::string place, std::unique_ptr<Lock> lock)
    : m_path(std::move(path))
    , m_resolvedPath(std::move(place))
    , m_lock(std::move(lock))
    , m_writer(thisProcess())
{
}

RunFile::~RunFile()
{
    m_addBatch = {};
    m_putMeta = {};
    m_database = {};
}

Result<std::unique_ptr<RunFile>> RunFile::create(
    const std::string &path, const RunDescription &description, IfExists ifExists)
{
    const auto place = resolvedPath(path);
    if (!place)
        return tl::unexpected(place.error());
    std::error_code error;
    const bool exists = std::filesystem::exists(*place, error);
    if (exists && !isRegularFile(*place))
        return failure(path + " is not a regular file, so a run cannot be saved there");
    if (exists && ifExists == IfExists::Refuse) {
        const auto info = readRunFileInfo(*place);
        if (info && isBeingWritten(info->progress))
            return failure(path + " exists already, and is being written by "
                + writerText(info->progress.writer));
        const bool canBeResumed = info && info->canBeResumed();
        return failure(path
            + " exists already: " + (canBeResumed ? "'poolscope resume' continues its run, " : "")
            + "--overwrite replaces it");
    }
    std::unique_ptr<Lock> replaced;
    if (exists) {
        auto lock = Lock::take(path, *place);
        if (!lock)
            return tl::unexpected(lock.error());
        replaced = std::move(*lock);
    }
    return makeEmpty(path, *place, description, ifExists)
        .and_then(
            [&](std::unique_ptr<Lock> lock) { return openLocked(path, *place, std::move(lock)); })
        .map([](std::unique_ptr<RunFile> file) {
            file->continueAfter({});
            return file;
        });
}

/// Creates the file. It is named when it is a run file, so that a kill leaves no part of one.
Result<std::unique_ptr<RunFile::Lock>> RunFile::makeEmpty(const std::string &path,
    const std::string &place, const RunDescription &description, IfExists ifExists)
{
    const NewFile made = createBeside(place, 0644);
    if (made.descriptor < 0)
        return failure("cannot write " + path + ": " + std::strerror(errno));
    auto lock = Lock::ofNew(made.descriptor);
    const auto assignName = [&]() -> Result<void> {
        // SQLite would use an old journal for the new file.
        const std::string journal = sqlite::journalOf(place);
        if (::unlink(journal.c_str()) != 0 && errno != ENOENT)
            return failure("cannot write " + path + ": " + journal
                + " is beside it and cannot be removed: " + std::strerror(errno));
        const bool renamed = ifExists == IfExists::Replace
            ? ::rename(made.path.c_str(), place.c_str()) == 0
            : renameToNew(made.path, place);
        return renamed ? Result<void>()
                       : failure("cannot write " + path + ": " + std::strerror(errno));
    };
    const auto filled = [&] {
        RunFile file(path, made.path, nullptr);
        return file.open(Journal::InMemory).and_then([&] { return file.initialise(description); });
    }();
    if (const auto named = filled.and_then(assignName); !named) {
        ::unlink(made.path.c_str());
        return tl::unexpected(named.error());
    }
    return lock;
}

Result<std::unique_ptr<RunFile>> RunFile::reopen(const std::string &path)
{
    std::error_code error;
    const std::string place = std::filesystem::canonical(path, error).string();
    if (error)
        return failure("cannot write " + path + ": " + error.message());
    return Lock::take(path, place).and_then([&](std::unique_ptr<Lock> lock) {
        return openLocked(path, place, std::move(lock));
    });
}

Result<std::unique_ptr<RunFile>> RunFile::openLocked(
    const std::string &path, const std::string &place, std::unique_ptr<Lock> lock)
{
    std::unique_ptr<RunFile> file(new RunFile(path, place, std::move(lock)));
    const auto opened = file->open(Journal::Beside)
                            .and_then([&] { return file->prepare(); })
                            .and_then([&] { return file->checkIsThere(); })
                            .map([&](std::uint64_t size) { file->m_size = size; });
    if (!opened)
        return tl::unexpected(opened.error());
    return file;
}

/// Returns the size of the file. Fails if it is not the file that was locked, or is cut short.
Result<std::uint64_t> RunFile::checkIsThere()
{
    const auto size = m_lock->sizeAt(m_resolvedPath);
    m_isLost = !size || *size < m_size;
    if (!size)
        return failure(m_path + " " + size.error().message);
    if (m_isLost)
        return failure(m_path + " was cut short");
    return size;
}

/// Fails if the file was cut short during a transaction, whose end made it grow again.
Result<void> RunFile::checkIsWhole(std::uint64_t size)
{
    if (!m_lock->hasHoles(size))
        return {};
    const auto nothing = [](const RecordBatch &) {
        return Result<void>();
    };
    return RunFileReader::open(m_resolvedPath)
        .and_then([&](RunFileReader reader) {
            return reader.forEachBatch(reader.runs().back(), nothing);
        })
        .map_error([this](const Error &) {
            m_isLost = true;
            return Error{m_path + " was cut short"};
        });
}

/// With a rollback journal, a file that only grows is written once. A write-ahead log would write
/// it twice, and keep committed data in a second file. Pages are large and the cache is small, so
/// that pages being filled stay in the processor's cache. That halves the time for many numbers.
Result<void> RunFile::open(Journal journal)
{
    auto database = sqlite::Database::open(m_resolvedPath, sqlite::Mode::ReadWrite);
    if (!database)
        return fail(database.error().message);
    m_database = std::move(*database);
    m_database.distrust();
    m_database.setPatience(patience);
    const std::string pageSize = "PRAGMA page_size = " + std::to_string(runfile::pageSize);
    const char *const journalMode = journal == Journal::InMemory ? "PRAGMA journal_mode = MEMORY"
                                                                 : "PRAGMA journal_mode = PERSIST";
    for (const char *pragma : {pageSize.c_str(), journalMode, "PRAGMA synchronous = NORMAL",
             "PRAGMA cache_size = -4096"}) {
        if (const int code = m_database.execute(pragma); code != SQLITE_OK)
            return fail(m_database.errorText());
    }
    return {};
}

Result<void> RunFile::initialise(const RunDescription &description)
{
    const std::string identity = "PRAGMA application_id = " + std::to_string(runfile::applicationId)
        + "; PRAGMA user_version = " + std::to_string(runfile::version);
    for (const char *sql : {"BEGIN", identity.c_str(), runfile::metaTable, runfile::batchesTable}) {
        if (const int code = m_database.execute(sql); code != SQLITE_OK)
            return fail(m_database.errorText());
    }
    return prepare().and_then([&] { return put("label", runfile::labelText({})); }).and_then([&] {
        return putRun(description);
    });
}

/// Writes the documents of a new run, and ends the transaction.
Result<void> RunFile::putRun(const RunDescription &description)
{
    return put("session", runfile::sessionText(m_run))
        .and_then([&] {
            return put(runfile::keyOf("run", m_run), runfile::descriptionText(description));
        })
        .and_then([&] {
            const RunSpec *spec = specOf(description.origin);
            RunProgress progress;
            progress.areInputsComplete = !spec || !isReadOnce(spec->input);
            return commit(progress);
        });
}

Result<void> RunFile::addRun(const RunDescription &description)
{
    const std::uint64_t before = m_batchesBefore;
    if (m_run == runfile::mostRuns)
        return fail("it holds " + std::to_string(m_run) + " runs, which is the most");
    ++m_run;
    m_batchesBefore = m_batches;
    return inTransaction([&] { return putRun(description); }).map_error([&](Error error) {
        --m_run;
        m_batchesBefore = before;
        return error;
    });
}

Result<void> RunFile::prepare()
{
    auto addBatch = m_database.prepare("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)");
    auto putMeta = m_database.prepare("REPLACE INTO meta VALUES (?, ?, ?)");
    if (!addBatch || !putMeta)
        return fail(m_database.errorText());
    m_addBatch = std::move(*addBatch);
    m_putMeta = std::move(*putMeta);
    return {};
}

Result<void> RunFile::describe(const RunDescription &description)
{
    return inTransaction([&] {
        return put(runfile::keyOf("run", m_run), runfile::descriptionText(description))
            .and_then([this] { return checked(m_database.execute("COMMIT"), SQLITE_OK); });
    });
}

/// Calls `write`, which ends the transaction, and rolls back if it fails.
Result<void> RunFile::inTransaction(const std::function<Result<void>()> &write)
{
    return begin().and_then(write).map_error([this](Error error) {
        rollback();
        return error;
    });
}

Result<void> RunFile::begin()
{
    if (const auto there = checkIsThere(); !there)
        return tl::unexpected(there.error());
    if (const std::error_code error = sqlite::makeJournal(m_resolvedPath)) {
        m_isLost = !sqlite::isShortage(error);
        return fail(error.message());
    }
    return checked(m_database.execute("BEGIN IMMEDIATE"), SQLITE_OK);
}

Result<void> RunFile::add(RecordBatch batch)
{
    batch.number = ++m_batches;
    m_addBatch.bind(1, static_cast<std::int64_t>(batch.number));
    m_addBatch.bind(2, static_cast<std::int64_t>(batch.kind));
    m_addBatch.bind(3, numberOf(batch.worker));
    m_addBatch.bind(4, static_cast<std::int64_t>(batch.first));
    m_addBatch.bind(5, static_cast<std::int64_t>(batch.count));
    m_addBatch.bindBlob(6, batch.data);
    m_addBatch.bind(7, runfile::checksum(batch));
    m_unwritten += batch.data.size();
    if (m_unwritten >= writtenAtOnce) {
        if (const auto there = checkIsThere(); !there)
            return tl::unexpected(there.error());
        m_lock->beginWriting();
        m_unwritten = 0;
    }
    return checked(m_addBatch.run(), SQLITE_DONE);
}

Result<void> RunFile::commit(RunProgress progress)
{
    progress.batchesBefore = m_batchesBefore;
    progress.batches = m_batches - m_batchesBefore;
    if (progress.state == RunState::Running)
        progress.writer = m_writer;
    return put(runfile::keyOf("progress", m_run), runfile::progressText(progress))
        .and_then([this] { return checked(m_database.execute("COMMIT"), SQLITE_OK); })
        .and_then([this] { return m_lock ? checkIsThere() : Result<std::uint64_t>(0); })
        .map([this](std::uint64_t size) {
            m_committed = m_batches;
            m_size = size;
        });
}

void RunFile::rollback()
{
    m_database.execute("ROLLBACK"); // SQLite may have rolled back already
    m_batches = m_committed;
}

Result<void> RunFile::close()
{
    auto whole = checkIsThere();
    m_addBatch = {};
    m_putMeta = {};
    m_database.execute("PRAGMA journal_mode = DELETE");
    m_database = {};
    auto result = whole.and_then([this](std::uint64_t size) { return checkIsWhole(size); });
    m_lock.reset();
    return result;
}

Result<void> RunFile::put(const std::string &key, const std::string &text)
{
    m_putMeta.bindText(1, key);
    m_putMeta.bindText(2, text);
    m_putMeta.bind(3, runfile::checksum(key, text));
    return checked(m_putMeta.run(), SQLITE_DONE);
}

Result<void> RunFile::checked(int code, int expected)
{
    if (code == expected)
        return {};
    m_isLost = !m_database.mayWorkLater();
    return fail(m_database.errorText());
}

tl::unexpected<Error> RunFile::fail(const std::string &why) const
{
    return failure("cannot write " + m_path + ": " + why);
}

Result<void> setRunLabel(const std::string &path, const RunLabel &label)
{
    // Only run files are written to.
    if (const auto info = readRunFileInfo(path); !info)
        return tl::unexpected(info.error());
    std::error_code error;
    const std::string place = std::filesystem::canonical(path, error).string();
    auto database = sqlite::Database::open(path, sqlite::Mode::ReadWrite);
    if (!database)
        return failure("cannot write " + path + ": " + database.error().message);
    database->distrust();
    database->setPatience(patience);
    auto update = database->prepare("UPDATE meta SET value = ?, checksum = ? WHERE key = 'label'");
    const std::string text = runfile::labelText(label);
    if (update) {
        update->bindText(1, text);
        update->bind(2, runfile::checksum("label", text));
        if ((error = sqlite::makeJournal(place)))
            return failure("cannot write " + path + ": " + error.message());
        if (update->run() == SQLITE_DONE)
            return {};
    }
    return failure("cannot write " + path + ": " + database->errorText());
}

} // namespace poolscope
