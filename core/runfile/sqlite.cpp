// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/sqlite.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace poolscope::sqlite {

namespace {

constexpr int primaryCode = 0xff; // of an extended code

/// The longest path that SQLite accepts, with room for the journal's ending.
std::size_t longestPath()
{
    constexpr int ending = 8;
    return static_cast<std::size_t>(sqlite3_vfs_find(nullptr)->mxPathname - ending);
}

/// Whether the journal is safe to use, or does not exist. An owner other than this user, root and
/// the database's owner could change it. A second link to it could be a file that matters.
bool isJournalOurs(const std::string &database)
{
    struct stat journal = {};
    struct stat file = {};
    if (::lstat(journalOf(database).c_str(), &journal) != 0)
        return true;
    const bool isOurs = journal.st_uid == ::geteuid() || journal.st_uid == 0
        || (::stat(database.c_str(), &file) == 0 && journal.st_uid == file.st_uid);
    return S_ISREG(journal.st_mode) && journal.st_nlink == 1 && isOurs;
}

std::error_code systemError(int number)
{
    return {number, std::system_category()};
}

} // namespace

std::string journalOf(const std::string &database)
{
    return database + "-journal";
}

std::error_code makeJournal(const std::string &database)
{
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    struct stat file = {};
    if (::stat(database.c_str(), &file) != 0)
        return systemError(errno);
    const int journal = ::open(journalOf(database).c_str(), flags, 0600);
    if (journal < 0 && errno == EEXIST)
        return systemError(isJournalOurs(database) ? 0 : EPERM);
    if (journal < 0)
        return systemError(errno);
    // As SQLite does, so that whoever may write the database can roll back its transaction.
    const bool isAsWanted = (::geteuid() != 0 || ::fchown(journal, file.st_uid, file.st_gid) == 0)
        && ::fchmod(journal, file.st_mode & 0777U) == 0;
    const std::error_code error = systemError(isAsWanted ? 0 : errno);
    ::close(journal);
    return error;
}

bool isShortage(const std::error_code &error)
{
    constexpr std::array numbers{ENOSPC, EDQUOT, ENOMEM, EMFILE, ENFILE};
    return std::ranges::any_of(numbers, [&](int number) { return error == systemError(number); });
}

void Statement::Finalise::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

void Statement::bind(int place, std::int64_t value)
{
    sqlite3_bind_int64(m_statement.get(), place, value);
}

void Statement::bindText(int place, std::string_view text)
{
    sqlite3_bind_text64(
        m_statement.get(), place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bindBlob(int place, std::string_view bytes)
{
    // A null pointer would be bound as NULL.
    const char *data = bytes.empty() ? "" : bytes.data();
    sqlite3_bind_blob64(m_statement.get(), place, data, bytes.size(), SQLITE_STATIC);
}

int Statement::step()
{
    return sqlite3_step(m_statement.get());
}

int Statement::run()
{
    const int code = step();
    reset();
    return code;
}

void Statement::reset()
{
    sqlite3_reset(m_statement.get());
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

bool Statement::isInteger(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_INTEGER;
}

bool Statement::isText(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_TEXT;
}

bool Statement::isBlob(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_BLOB;
}

std::string_view Statement::bytes(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement.get(), column));
    const int size = sqlite3_column_bytes(m_statement.get(), column);
    return data ? std::string_view(data, static_cast<std::size_t>(size)) : std::string_view();
}

void Database::Close::operator()(sqlite3 *database) const
{
    sqlite3_close(database);
}

Result<Database> Database::open(const std::string &path, Mode mode)
{
    std::error_code error;
    const std::string place = std::filesystem::canonical(path, error).string();
    if (error)
        return failure(error.message());
    if (place.size() > longestPath())
        return failure("its path has more than " + std::to_string(longestPath())
            + " bytes, which is more than SQLite takes");
    if (!isJournalOurs(place))
        return failure(journalOf(place) + " beside it is a link or another user's");
    const int access = mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3 *opened = nullptr;
    const int code = sqlite3_open_v2(
        place.c_str(), &opened, access | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database;
    database.m_database.reset(opened);
    if (code != SQLITE_OK)
        return failure(opened ? database.errorText() : "out of memory");
    sqlite3_extended_result_codes(opened, 1);
    return database;
}

int Database::execute(const char *sql)
{
    return sqlite3_exec(m_database.get(), sql, nullptr, nullptr, nullptr);
}

Result<Statement> Database::prepare(std::string_view sql)
{
    sqlite3_stmt *prepared = nullptr;
    const int code = sqlite3_prepare_v3(m_database.get(), sql.data(), static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    Statement statement;
    statement.m_statement.reset(prepared);
    if (code != SQLITE_OK)
        return failure(errorText());
    return statement;
}

Result<std::int64_t> Database::integer(std::string_view sql)
{
    auto statement = prepare(sql);
    if (!statement)
        return tl::unexpected(statement.error());
    if (statement->step() != SQLITE_ROW)
        return failure(errorText());
    return statement->integer(0);
}

void Database::setPatience(int milliseconds)
{
    // SQLite's own handler tries at ever longer intervals, and so misses the moments in which a
    // busy writer unlocks the file.
    const auto waitOnce = [](void *patience, int waits) {
        if (waits >= static_cast<int>(reinterpret_cast<std::intptr_t>(patience)))
            return 0;
        sqlite3_sleep(1);
        return 1;
    };
    sqlite3_busy_handler(m_database.get(), waitOnce,
        reinterpret_cast<void *>(static_cast<std::intptr_t>(milliseconds)));
}

void Database::setLongestValue(int bytes)
{
    sqlite3_limit(m_database.get(), SQLITE_LIMIT_LENGTH, bytes);
}

void Database::distrust()
{
    sqlite3_db_config(m_database.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_database.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    execute("PRAGMA cell_size_check = ON");
}

/// SQLite stores the number in the connection if a file cannot be opened, otherwise in each file.
int Database::systemErrorNumber() const
{
    sqlite3 *const database = m_database.get();
    if ((sqlite3_errcode(database) & primaryCode) == SQLITE_CANTOPEN)
        return sqlite3_system_errno(database);
    for (const int pointer : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
        sqlite3_file *file = nullptr;
        int number = 0;
        if (sqlite3_file_control(database, nullptr, pointer, &file) == SQLITE_OK && file
            && file->pMethods)
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
        if (number != 0)
            return number;
    }
    return sqlite3_system_errno(database);
}

std::string Database::errorText() const
{
    const int extended = sqlite3_extended_errcode(m_database.get());
    const int code = extended & primaryCode;
    const int number = systemErrorNumber();
    if (code == SQLITE_FULL)
        return std::strerror(ENOSPC);
    if (extended == SQLITE_IOERR_SHORT_READ) // which is not a system error
        return "it is shorter than it was";
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && number != 0)
        return std::strerror(number);
    return sqlite3_errmsg(m_database.get());
}

bool Database::isLocked() const
{
    return (sqlite3_errcode(m_database.get()) & primaryCode) == SQLITE_BUSY;
}

bool Database::mayWorkLater() const
{
    const int code = sqlite3_extended_errcode(m_database.get());
    switch (code & primaryCode) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
        return true;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return code == SQLITE_IOERR_NOMEM || isShortage(systemError(systemErrorNumber()));
    default:
        return false;
    }
}

} // namespace poolscope::sqlite
