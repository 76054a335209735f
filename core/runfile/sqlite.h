// SPDX-License-Identifier: GPL-3.0-or-later
// SQLite's connections and statements as values that close themselves.
//
// Calls return SQLite's own codes and throw nothing. A statement must be destroyed before its
// connection. One thread at a time.
#pragma once

#include "result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

struct sqlite3;
struct sqlite3_stmt;

namespace poolscope::sqlite {

enum class Mode { ReadOnly, ReadWrite };

/// The path of a database's rollback journal. SQLite writes to it and trusts it, even if another
/// user created it.
std::string journalOf(const std::string &database);
/// Creates an empty journal if there is none, so that no other user can. Fails with EPERM if there
/// is one for which Database::open() fails.
std::error_code makeJournal(const std::string &database);

/// Whether an error reports a lack of disk space, memory or descriptors, which may be available
/// later.
bool isShortage(const std::error_code &error);

class Statement {
public:
    Statement() = default;

    void bind(int place, std::int64_t value);
    /// The bytes must stay valid until the statement is reset.
    void bindText(int place, std::string_view text);
    void bindBlob(int place, std::string_view bytes);

    /// Returns SQLITE_ROW, SQLITE_DONE or an error code.
    int step();
    /// Runs a statement that returns no rows, and resets it.
    int run();
    void reset();

    std::int64_t integer(int column) const;
    bool isInteger(int column) const;
    bool isText(int column) const;
    bool isBlob(int column) const;
    /// The bytes of a text or a blob, valid until the next step.
    std::string_view bytes(int column) const;

private:
    friend class Database;
    struct Finalise {
        void operator()(sqlite3_stmt *statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalise> m_statement;
};

class Database {
public:
    /// Opens the file at `path`, which exists. Fails if its journal is a link or another user's.
    static Result<Database> open(const std::string &path, Mode mode);

    /// Runs statements that return no rows. Returns SQLITE_OK or an error code.
    int execute(const char *sql);
    Result<Statement> prepare(std::string_view sql);
    /// Returns the first column of the first row, which is an integer.
    Result<std::int64_t> integer(std::string_view sql);

    /// Sets the time to wait for another program's lock.
    void setPatience(int milliseconds);
    /// Sets the most bytes of a value. Longer values are refused.
    void setLongestValue(int bytes);
    /// Makes SQLite distrust the schema and the structure of the file.
    void distrust();

    std::string errorText() const;
    /// Whether the last failure may be temporary, such as a full disk or another program's lock.
    bool mayWorkLater() const;
    /// Whether the last call failed since another program has the file locked.
    bool isLocked() const;

private:
    int systemErrorNumber() const;
    struct Close {
        void operator()(sqlite3 *database) const;
    };
    std::unique_ptr<sqlite3, Close> m_database;
};

} // namespace poolscope::sqlite
