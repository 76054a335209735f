// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfilereader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sqlite3.h>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int longestValue = 16 << 20; // bytes. A batch of the log has at most 4 MiB
constexpr std::size_t bytesBetweenTurns = 32U << 20; // before a writer gets its turn

} // namespace

RunFileReader::RunFileReader(std::string path, std::chrono::milliseconds patience)
    : m_path(std::move(path))
    , m_patience(patience)
{
}

Result<RunFileReader> RunFileReader::open(
    const std::string &path, std::chrono::milliseconds patience)
{
    RunFileReader reader(path, patience);
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return failure("cannot read " + path + ": "
            + (error ? error.message() : std::string(std::strerror(ENOENT))));
    if (!std::filesystem::is_regular_file(status))
        return failure(path + " is not a run file: it is not a regular file");
    auto opened =
        reader.openDatabase().and_then([&] { return reader.checkSchema(); }).and_then([&] {
            return reader.readInfo();
        });
    if (!opened)
        return tl::unexpected(opened.error());
    return reader;
}

Result<void> RunFileReader::keepAsItIs()
{
    if (m_database.execute("BEGIN") != SQLITE_OK)
        return damaged(m_database.errorText());
    const auto read = m_database.integer("PRAGMA schema_version"); // takes the lock
    return read ? Result<void>() : damaged(read.error().message);
}

/// Opens the file, for writing if permitted, since SQLite then restores what a killed writer left.
Result<void> RunFileReader::openDatabase()
{
    const bool mayWrite = ::access(m_path.c_str(), W_OK) == 0;
    auto database =
        sqlite::Database::open(m_path, mayWrite ? sqlite::Mode::ReadWrite : sqlite::Mode::ReadOnly);
    if (!database)
        return failure("cannot read " + m_path + ": " + database.error().message);
    m_database = std::move(*database);
    m_database.distrust();
    m_database.setPatience(static_cast<int>(m_patience.count()));
    m_database.setLongestValue(longestValue);
    return {};
}

Result<void> RunFileReader::checkSchema()
{
    const auto application = m_database.integer("PRAGMA application_id");
    if (!application && m_database.isLocked())
        return damaged(application.error().message);
    if (!application)
        return failure(
            m_path + " is not a run file, or is damaged: " + application.error().message);
    if (*application != runfile::applicationId)
        return failure(m_path + " is not a run file of Poolscope");
    const auto version = m_database.integer("PRAGMA user_version");
    if (!version)
        return damaged(version.error().message);
    if (*version != runfile::version)
        return failure(m_path + " is a run file of version " + std::to_string(*version)
            + ", which this Poolscope cannot read: it reads version "
            + std::to_string(runfile::version));
    // A run file has exactly these tables, and no view, trigger or other column.
    auto tables = m_database.prepare("SELECT sql FROM sqlite_schema ORDER BY name");
    if (!tables)
        return damaged(tables.error().message);
    for (const char *wanted : {runfile::batchesTable, runfile::metaTable}) {
        if (tables->step() != SQLITE_ROW || tables->bytes(0) != wanted)
            return damaged("its tables are not those of a run file");
    }
    if (tables->step() != SQLITE_DONE)
        return damaged("it holds more than the tables of a run file");
    return {};
}

Result<std::string> RunFileReader::meta(const std::string &key)
{
    auto row = m_database.prepare("SELECT value, checksum FROM meta WHERE key = ?");
    if (!row)
        return damaged(row.error().message);
    row->bindText(1, key);
    if (row->step() != SQLITE_ROW)
        return damaged("it has no '" + key + "'");
    const std::string value(row->bytes(0));
    if (!row->isText(0) || row->integer(1) != runfile::checksum(key, value))
        return damaged("the checksum of '" + key + "' is wrong");
    return value;
}

template <typename T>
Result<void> RunFileReader::readMeta(
    const std::string &key, Result<T> (*read)(std::string_view), T &to)
{
    const auto text = meta(key);
    if (!text)
        return tl::unexpected(text.error());
    auto value = read(*text);
    if (!value)
        return damaged("its '" + key + "': " + value.error().message);
    to = std::move(*value);
    return {};
}

Result<void> RunFileReader::readInfo()
{
    std::uint32_t runs = 0;
    RunLabel label;
    auto read = readMeta("session", runfile::sessionFrom, runs).and_then([&] {
        return readMeta("label", runfile::labelFrom, label);
    });
    m_runs.resize(runs);
    for (std::uint32_t run = 1; read && run <= runs; ++run) {
        m_runs[run - 1].run = run;
        m_runs[run - 1].runs = runs;
        m_runs[run - 1].label = label;
        read = readRun(run);
    }
    return read;
}

Result<void> RunFileReader::readRun(std::uint32_t run)
{
    RunFileInfo &info = m_runs[run - 1];
    const std::uint64_t before =
        run == 1 ? 0 : m_runs[run - 2].progress.batchesBefore + m_runs[run - 2].progress.batches;
    return readMeta(runfile::keyOf("run", run), runfile::descriptionFrom, info.description)
        .and_then([&] {
            return readMeta(runfile::keyOf("progress", run), runfile::progressFrom, info.progress);
        })
        .and_then([&]() -> Result<void> {
            if (info.progress.batchesBefore != before)
                return damaged("run " + std::to_string(run) + " does not follow the one before");
            return {};
        });
}

const RunFileInfo &RunFileReader::info() const
{
    return *std::max_element(
        m_runs.begin(), m_runs.end(), [](const RunFileInfo &a, const RunFileInfo &b) {
            return a.progress.makespan() < b.progress.makespan();
        });
}

Result<void> RunFileReader::forEachBatch(
    const RunFileInfo &run, const std::function<Result<void>(const RecordBatch &)> &visit)
{
    auto rows = m_database.prepare("SELECT * FROM batches WHERE number > ? ORDER BY number");
    if (!rows)
        return damaged(rows.error().message);
    std::size_t read = 0;
    const std::uint64_t before = run.progress.batchesBefore;
    rows->bind(1, static_cast<std::int64_t>(before));
    for (std::uint64_t number = before + 1; number <= before + run.progress.batches; ++number) {
        if (rows->step() != SQLITE_ROW)
            return damaged(
                "batch " + std::to_string(number) + " is missing: " + m_database.errorText());
        const auto batch = batchFrom(*rows, number);
        if (!batch)
            return tl::unexpected(batch.error());
        if (auto visited = visit(*batch); !visited)
            return damaged("batch " + std::to_string(number) + ": " + visited.error().message);
        read += batch->data.size();
        if (read < bytesBetweenTurns)
            continue;
        read = 0;
        rows->reset();
        rows->bind(1, static_cast<std::int64_t>(number));
    }
    return {};
}

Result<RecordBatch> RunFileReader::batchFrom(
    const sqlite::Statement &row, std::uint64_t number) const
{
    RecordBatch batch;
    batch.number = static_cast<std::uint64_t>(row.integer(0));
    const std::int64_t kind = row.integer(1);
    const std::int64_t worker = row.integer(2);
    batch.first = static_cast<std::uint64_t>(row.integer(3));
    batch.count = static_cast<std::uint64_t>(row.integer(4));
    batch.data = row.bytes(5);
    if (batch.number != number)
        return damaged("batch " + std::to_string(number) + " is missing");
    if (kind < 1 || kind > lastBatchKind || worker < 0 || worker > maxWorkers || !row.isBlob(5))
        return damaged("batch " + std::to_string(number) + " is malformed");
    batch.kind = static_cast<BatchKind>(kind);
    batch.worker = WorkerId{static_cast<std::uint32_t>(worker)};
    if (runfile::checksum(batch) != row.integer(6))
        return damaged("the checksum of batch " + std::to_string(number) + " is wrong");
    return batch;
}

tl::unexpected<Error> RunFileReader::damaged(const std::string &what) const
{
    if (m_database.isLocked())
        return failure("cannot read " + m_path + ": another program has been writing it for "
            + std::to_string(m_patience.count() / 1000) + " s on end; try again when it is done");
    return failure(m_path + " is damaged: " + what);
}

Result<RunFileInfo> readRunFileInfo(const std::string &path)
{
    return RunFileReader::open(path).map([](const RunFileReader &reader) { return reader.info(); });
}

} // namespace poolscope
