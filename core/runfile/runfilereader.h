// SPDX-License-Identifier: GPL-3.0-or-later
// RunFileReader: reads a run file that anyone may have made, and that another process may write.
//
// Nothing in the file is run or trusted. A file that is not a run file, of another version, cut
// short or damaged is refused with an error of one line, and so are values that are longer than any
// writer's. Reads what was committed when the file was opened.
#pragma once

#include "runfile/runfileformat.h"

#include <chrono>
#include <functional>
#include <vector>

namespace poolscope {

class RunFileReader {
public:
    /// The time to wait for another program that writes.
    static constexpr std::chrono::milliseconds patience{30'000};

    static Result<RunFileReader> open(
        const std::string &path, std::chrono::milliseconds patience = RunFileReader::patience);

    /// The runs of the session, in the order in which they started. At least one.
    const std::vector<RunFileInfo> &runs() const { return m_runs; }
    /// The run that took longest.
    const RunFileInfo &info() const;

    /// Prevents others from writing to the file until this object is destroyed.
    Result<void> keepAsItIs();

    /// Calls visit(batch) for every batch of one of the runs, in order, until visit() fails.
    Result<void> forEachBatch(
        const RunFileInfo &run, const std::function<Result<void>(const RecordBatch &)> &visit);

private:
    RunFileReader(std::string path, std::chrono::milliseconds patience);
    Result<void> openDatabase();
    Result<void> checkSchema();
    Result<void> readInfo();
    Result<std::string> meta(const std::string &key);
    template <typename T>
    Result<void> readMeta(const std::string &key, Result<T> (*read)(std::string_view), T &to);
    Result<void> readRun(std::uint32_t run);
    Result<RecordBatch> batchFrom(const sqlite::Statement &row, std::uint64_t number) const;
    tl::unexpected<Error> damaged(const std::string &what) const;

    std::string m_path;
    std::chrono::milliseconds m_patience;
    sqlite::Database m_database;
    std::vector<RunFileInfo> m_runs;
};

/// Reads the description and the progress of the longest run of a session, not its batches.
Result<RunFileInfo> readRunFileInfo(const std::string &path);

} // namespace poolscope
