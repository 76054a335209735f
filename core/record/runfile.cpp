// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/runfile.h"

#include "record/runfilereader.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sqlite3.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int patience = 2000; // milliseconds for which another program's reading is waited for
constexpr int lockInterval = 20; // milliseconds
constexpr std::size_t writtenAtOnce = 8U << 20;

std::string hostName()
{
    char name[256] = {};
    gethostname(name, sizeof(name) - 1);
    return name;
}

/// When a process began, in the kernel's ticks; 0 where there is none.
std::uint64_t startTicksOf(const std::string &pid)
{
    std::ifstream file("/proc/" + pid + "/stat");
    const std::string stat((std::istreambuf_iterator<char>(file)), {});
    const auto name = stat.rfind(')'); // the program's name may hold anything
    if (name == std::string::npos)
        return 0;
    constexpr int fieldsBefore = 19;
    std::size_t at = name + 2;
    for (int field = 0; field < fieldsBefore && at != std::string::npos; ++field)
        at = stat.find(' ', at) == std::string::npos ? at : stat.find(' ', at) + 1;
    return std::strtoull(stat.c_str() + at, nullptr, 10);
}

bool isRegularFile(const std::string &path)
{
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

} // namespace

RunFileHolder thisProcess()
{
    return {static_cast<std::uint32_t>(getpid()), startTicksOf("self"), hostName()};
}

bool isAlive(const RunFileHolder &holder)
{
    if (holder.pid == 0)
        return false;
    return holder.host != hostName()
        || startTicksOf(std::to_string(holder.pid)) == holder.startTicks;
}

bool isBeingWritten(const RunProgress &progress)
{
    return progress.state == RunState::Running && isAlive(progress.holder);
}

std::string holderText(const RunFileHolder &holder)
{
    return "process " + std::to_string(holder.pid)
        + (holder.host == hostName() ? std::string() : " on " + holder.host);
}

/// The file's lock, which goes with the process. It is flock's, which SQLite does not use; but
/// closing the descriptor drops SQLite's own locks on the file, so it is closed last.
class RunFile::Lock {
public:
    static Result<std::unique_ptr<Lock>> take(const std::string &path)
    {
        std::unique_ptr<Lock> lock(new Lock);
        lock->m_file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (lock->m_file < 0)
            return failure("cannot write " + path + ": " + std::strerror(errno));
        for (int waited = 0;; waited += lockInterval) {
            if (flock(lock->m_file, LOCK_EX | LOCK_NB) == 0)
                return lock;
            if (errno != EWOULDBLOCK)
                return failure("cannot lock " + path + ": " + std::strerror(errno));
            const auto info = readRunFileInfo(path);
            // A worker that was just being started outlives a program that was killed.
            const bool isLeftOver = info && !isAlive(info->progress.holder);
            if (!isLeftOver || waited >= patience)
                return failure(path + " is being written by "
                    + (info ? holderText(info->progress.holder) : "another program")
                    + "; wait until that run has ended");
            std::this_thread::sleep_for(std::chrono::milliseconds(lockInterval));
        }
    }
    ~Lock()
    {
        if (m_file >= 0)
            ::close(m_file);
    }

    /// What SQLite has handed to the system begins to go to the disk now, so that a commit waits
    /// for the last of it only.
    void beginWriting() { sync_file_range(m_file, 0, 0, SYNC_FILE_RANGE_WRITE); }

    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

private:
    Lock() = default;
    int m_file = -1;
};

RunFile::RunFile(std::string path, std::unique_ptr<Lock> lock)
    : m_path(std::move(path))
    , m_lock(std::move(lock))
    , m_holder(thisProcess())
{
}

RunFile::~RunFile()
{
    m_addPiece = {};
    m_putMeta = {};
    m_database = {};
}

Result<std::unique_ptr<RunFile>> RunFile::create(
    const std::string &path, const RunDescription &description, IfExists ifExists)
{
    std::error_code error;
    const bool exists = std::filesystem::exists(path, error);
    if (exists && !isRegularFile(path))
        return failure(path + " is no regular file, so no run can be kept there");
    if (exists && ifExists == IfExists::Refuse) {
        const auto info = readRunFileInfo(path);
        if (info && isBeingWritten(info->progress))
            return failure(path + " exists already, and is being written by "
                + holderText(info->progress.holder));
        const bool canBeResumed = info && info->canBeResumed();
        return failure(path + " exists already: "
            + (canBeResumed ? "'poolscope resume' goes on with its run, " : "")
            + "--overwrite replaces it");
    }
    std::unique_ptr<Lock> replaced;
    if (exists) {
        auto lock = Lock::take(path);
        if (!lock)
            return tl::unexpected(lock.error());
        replaced = std::move(*lock);
    }
    return makeEmpty(path, description).and_then([&]() -> Result<std::unique_ptr<RunFile>> {
        auto file = reopen(path);
        if (file)
            (*file)->continueAfter({});
        return file;
    });
}

/// It appears under its name when it is a run file, so that no kill leaves half of one.
Result<void> RunFile::makeEmpty(const std::string &path, const RunDescription &description)
{
    const std::filesystem::path place(path);
    const std::string temporary = place.parent_path()
        / (".poolscope-" + std::to_string(getpid()) + "-" + place.filename().string());
    std::error_code error;
    std::filesystem::remove(temporary, error);
    auto made = [&] {
        RunFile file(temporary, nullptr);
        return file.open(sqlite::Mode::Create)
            .and_then([&] { return file.initialise(description); })
            .map([&] { file.close(); });
    }();
    if (made) {
        // What SQLite would take for the new file's.
        std::filesystem::remove(path + "-journal", error);
        std::filesystem::rename(temporary, path, error);
        if (!error)
            return {};
        made = failure("cannot write " + path + ": " + error.message());
    }
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    std::filesystem::remove(temporary + "-journal", ignored);
    const auto name = made.error().message.find(temporary);
    if (name != std::string::npos)
        made.error().message.replace(name, temporary.size(), path);
    return made;
}

Result<std::unique_ptr<RunFile>> RunFile::reopen(const std::string &path)
{
    auto lock = Lock::take(path);
    if (!lock)
        return tl::unexpected(lock.error());
    std::unique_ptr<RunFile> file(new RunFile(path, std::move(*lock)));
    const auto opened =
        file->open(sqlite::Mode::ReadWrite).and_then([&] { return file->prepare(); });
    if (!opened)
        return tl::unexpected(opened.error());
    return file;
}

/// A rollback journal, since a file that only grows is then written once; with a write-ahead log it
/// would be written twice, and what counts would lie in a second file. Pages are large and few are
/// kept, so that those being filled stay in the processor's cache: half as long for many numbers.
Result<void> RunFile::open(sqlite::Mode mode)
{
    auto database = sqlite::Database::open(m_path, mode);
    if (!database)
        return fail(database.error().message);
    m_database = std::move(*database);
    m_database.distrust();
    m_database.setPatience(patience);
    const std::string pageSize = "PRAGMA page_size = " + std::to_string(runfile::pageSize);
    for (const char *pragma : {pageSize.c_str(), "PRAGMA journal_mode = PERSIST",
             "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -4096"}) {
        if (const int code = m_database.execute(pragma); code != SQLITE_OK)
            return fail(m_database.errorText());
    }
    return {};
}

Result<void> RunFile::initialise(const RunDescription &description)
{
    const std::string identity = "PRAGMA application_id = " + std::to_string(runfile::applicationId)
        + "; PRAGMA user_version = " + std::to_string(runfile::version);
    for (const char *sql : {"BEGIN", identity.c_str(), runfile::metaTable, runfile::piecesTable}) {
        if (const int code = m_database.execute(sql); code != SQLITE_OK)
            return fail(m_database.errorText());
    }
    return prepare()
        .and_then([&] { return put("run", runfile::descriptionText(description)); })
        .and_then([&] { return put("label", runfile::labelText({})); })
        .and_then([&] {
            RunProgress progress;
            progress.areInputsComplete = !isReadOnce(description.spec.input);
            return commit(progress);
        });
}

Result<void> RunFile::prepare()
{
    auto addPiece = m_database.prepare("INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)");
    auto putMeta = m_database.prepare("REPLACE INTO meta VALUES (?, ?, ?)");
    if (!addPiece || !putMeta)
        return fail(m_database.errorText());
    m_addPiece = std::move(*addPiece);
    m_putMeta = std::move(*putMeta);
    return {};
}

Result<void> RunFile::describe(const RunDescription &description)
{
    return begin()
        .and_then([&] { return put("run", runfile::descriptionText(description)); })
        .and_then([this] { return checked(m_database.execute("COMMIT"), SQLITE_OK); })
        .map_error([this](Error error) {
            rollback();
            return error;
        });
}

Result<void> RunFile::begin()
{
    return checked(m_database.execute("BEGIN IMMEDIATE"), SQLITE_OK);
}

Result<void> RunFile::add(Piece piece)
{
    piece.number = ++m_pieces;
    m_addPiece.bind(1, static_cast<std::int64_t>(piece.number));
    m_addPiece.bind(2, static_cast<std::int64_t>(piece.kind));
    m_addPiece.bind(3, piece.worker);
    m_addPiece.bind(4, static_cast<std::int64_t>(piece.first));
    m_addPiece.bind(5, static_cast<std::int64_t>(piece.count));
    m_addPiece.bindBlob(6, piece.data);
    m_addPiece.bind(7, runfile::checksum(piece));
    m_unwritten += piece.data.size();
    if (m_unwritten >= writtenAtOnce) {
        m_lock->beginWriting();
        m_unwritten = 0;
    }
    return checked(m_addPiece.run(), SQLITE_DONE);
}

Result<void> RunFile::commit(RunProgress progress)
{
    progress.pieces = m_pieces;
    if (progress.state == RunState::Running)
        progress.holder = m_holder;
    return put("progress", runfile::progressText(progress))
        .and_then([this] { return checked(m_database.execute("COMMIT"), SQLITE_OK); })
        .map([this] { m_committed = m_pieces; });
}

void RunFile::rollback()
{
    m_database.execute("ROLLBACK"); // SQLite may have done it by itself
    m_pieces = m_committed;
}

void RunFile::close()
{
    m_addPiece = {};
    m_putMeta = {};
    m_database.execute("PRAGMA journal_mode = DELETE");
    m_database = {};
    m_lock.reset();
}

Result<void> RunFile::put(const char *key, const std::string &text)
{
    m_putMeta.bindText(1, key);
    m_putMeta.bindText(2, text);
    m_putMeta.bind(3, runfile::checksum(key, text));
    return checked(m_putMeta.run(), SQLITE_DONE);
}

Result<void> RunFile::checked(int code, int expected)
{
    return code == expected ? Result<void>() : fail(m_database.errorText());
}

tl::unexpected<Error> RunFile::fail(const std::string &why) const
{
    return failure("cannot write " + m_path + ": " + why);
}

Result<void> setRunLabel(const std::string &path, const RunLabel &label)
{
    // Nothing foreign is written to.
    if (const auto info = readRunFileInfo(path); !info)
        return tl::unexpected(info.error());
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
        if (update->run() == SQLITE_DONE)
            return {};
    }
    return failure("cannot write " + path + ": " + database->errorText());
}

} // namespace poolscope
