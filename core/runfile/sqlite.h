// SPDX-License-Identifier: GPL-3.0-or-later
// SQLite's connections and statements as values that close themselves.
//
// Calls give SQLite's own codes; nothing is thrown. A statement ends before its connection. One
// thread at a time.
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

/// The rollback journal that SQLite keeps beside a database. It is written to and believed,
/// whoever put it there.
std::string journalOf(const std::string &database);
/// Makes an empty one where there is none, so that nobody else can. Fails with EPERM where there is
/// one for which Database::open() fails.
std::error_code makeJournal(const std::string &database);

/// Whether an error tells that something is used up which may be there again later: room on a disk,
/// memory, descriptors.
bool isShortage(const std::error_code &error);

class Statement {
public:
    Statement() = default;

    void bind(int place, std::int64_t value);
    /// The bytes stay where they are until the statement is reset.
    void bindText(int place, std::string_view text);
    void bindBlob(int place, std::string_view bytes);

    /// SQLITE_ROW, SQLITE_DONE, or what went wrong.
    int step();
    /// Steps to the end of a statement that gives no rows, and resets it.
    int run();
    void reset();

    std::int64_t integer(int column) const;
    bool isInteger(int column) const;
    bool isText(int column) const;
    bool isBlob(int column) const;
    /// Of a text or a blob; valid until the next step.
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
    /// Opens the file at `path`, which exists. Fails if its journal is a link, or another user's.
    static Result<Database> open(const std::string &path, Mode mode);

    /// Runs statements that give no rows; SQLITE_OK, or what went wrong.
    int execute(const char *sql);
    Result<Statement> prepare(std::string_view sql);
    /// The first column of the first row, of a statement that gives an integer.
    Result<std::int64_t> integer(std::string_view sql);

    /// Has SQLite wait so long for another program's lock, and refuse longer values.
    void setPatience(int milliseconds);
    void setLongestValue(int bytes);
    /// Has SQLite trust nothing that the file itself says should be run.
    void distrust();

    std::string errorText() const;
    /// Whether what failed last may work later: a disk was full, or another program had its turn.
    bool mayWorkLater() const;
    /// Whether what failed last waited in vain for another program that has the file locked.
    bool isLocked() const;

private:
    int systemErrorNumber() const;
    struct Close {
        void operator()(sqlite3 *database) const;
    };
    std::unique_ptr<sqlite3, Close> m_database;
};

} // namespace poolscope::sqlite
