// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/sqlite.h"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>

namespace poolscope::sqlite {

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
    const int access = mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY
        : mode == Mode::ReadWrite             ? SQLITE_OPEN_READWRITE
                                              : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3 *opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, access | SQLITE_OPEN_NOMUTEX, nullptr);
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
    sqlite3_busy_timeout(m_database.get(), milliseconds);
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

std::string Database::errorText() const
{
    constexpr int primary = 0xff; // of an extended code
    const int code = sqlite3_errcode(m_database.get()) & primary;
    const int systemError = sqlite3_system_errno(m_database.get());
    if (code == SQLITE_FULL)
        return std::strerror(ENOSPC);
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && systemError != 0)
        return std::strerror(systemError);
    return sqlite3_errmsg(m_database.get());
}

} // namespace poolscope::sqlite
