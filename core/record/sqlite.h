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

struct sqlite3;
struct sqlite3_stmt;

namespace poolscope::sqlite {

enum class Mode { ReadOnly, ReadWrite, Create };

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
    /// Opens the file at `path`; the failure is SQLite's word for it.
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

private:
    struct Close {
        void operator()(sqlite3 *database) const;
    };
    std::unique_ptr<sqlite3, Close> m_database;
};

} // namespace poolscope::sqlite
