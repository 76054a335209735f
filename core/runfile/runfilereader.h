// SPDX-License-Identifier: GPL-3.0-or-later
// RunFileReader: reads a run file that anyone may have made, and that another process may be
// writing.
//
// Nothing in the file is run or believed: a file that is not a run file, of a later version, cut
// short or damaged is refused with one line; no value is taken into memory that is longer than a
// writer makes it. Reads what was committed when it was opened.
#pragma once

#include "runfile/runfileformat.h"

#include <chrono>
#include <functional>

namespace poolscope {

class RunFileReader {
public:
    /// How long another program's writing is waited for.
    static constexpr std::chrono::milliseconds patience{30'000};

    static Result<RunFileReader> open(
        const std::string &path, std::chrono::milliseconds patience = RunFileReader::patience);

    const RunFileInfo &info() const { return m_info; }

    /// Prevents others from writing to the file until this object is destroyed.
    Result<void> keepAsItIs();

    /// Calls visit(piece) for every piece, in order, until it fails.
    Result<void> forEachPiece(const std::function<Result<void>(const Piece &)> &visit);

private:
    RunFileReader(std::string path, std::chrono::milliseconds patience);
    Result<void> openDatabase();
    Result<void> checkSchema();
    Result<void> readInfo();
    Result<std::string> meta(const char *key);
    Result<Piece> pieceFrom(const sqlite::Statement &row, std::uint64_t number) const;
    tl::unexpected<Error> damaged(const std::string &what) const;

    std::string m_path;
    std::chrono::milliseconds m_patience;
    sqlite::Database m_database;
    RunFileInfo m_info;
};

/// What is known of a run without reading what happened in it.
Result<RunFileInfo> readRunFileInfo(const std::string &path);

} // namespace poolscope
