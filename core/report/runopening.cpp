// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/runopening.h"

#include "report/joblogreader.h"
#include "report/tracereader.h"

#include <array>
#include <filesystem>
#include <fstream>

namespace poolscope {

namespace {

std::string beginningOf(const std::string &path)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return {}; // a pipe would lose what is read of it
    std::array<char, 256> bytes{};
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(file.gcount())};
}

Result<LoadedRun> load(Result<ImportedRun> run, const std::string &path)
{
    if (!run)
        return tl::unexpected(run.error());
    return makeRecord(std::move(*run)).map_error([&](const Error &error) {
        return Error{path + ": " + error.message};
    });
}

} // namespace

RunSource runSourceOf(const std::string &path)
{
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    const std::string bytes = beginningOf(path);
    std::string_view text = bytes;
    if (text.starts_with("SQLite format 3"))
        return RunSource::RunFile;
    if (isJobLog(text) || path.ends_with(".joblog"))
        return RunSource::JobLog;
    if (text.starts_with(byteOrderMark))
        text.remove_prefix(byteOrderMark.size());
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    const bool isJson =
        begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
    return isJson || path.ends_with(".json") ? RunSource::Trace : RunSource::RunFile;
}

Result<LoadedRun> openRun(const std::string &path)
{
    switch (runSourceOf(path)) {
    case RunSource::RunFile:
        return loadRunFile(path);
    case RunSource::Trace:
        return load(readTrace(path), path);
    case RunSource::JobLog:
        return load(readJobLog(path), path);
    }
    return loadRunFile(path);
}

} // namespace poolscope
