// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/runopening.h"

#include "import/joblogreader.h"
#include "import/tracereader.h"
#include "import/unpackedfile.h"
#include "input/byteordermark.h"
#include "run/importedrecord.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace poolscope {

namespace {

/// The first bytes of a file, decompressed. Empty if it is empty or cannot be read.
std::string beginningOf(const std::string &path)
{
    constexpr std::size_t enough = 1024;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return {}; // reading from a pipe would remove the bytes
    auto file = UnpackedFile::open(path);
    return file ? std::string(file->next().substr(0, enough)) : std::string();
}

bool isGzip(const std::string &path)
{
    auto file = UnpackedFile::open(path);
    return file && !file->next().empty() && file->isCompressed();
}

struct Signature {
    std::string_view bytes;
    std::string_view what;
};
constexpr std::array signatures{
    Signature{"# ninja log", "a log of ninja"},
    Signature{"PK\x03\x04", "a zip archive"},
    Signature{"\xfd"
              "7zXZ",
        "compressed by xz"},
    Signature{"\x28\xb5\x2f\xfd", "compressed by zstd"},
    Signature{"BZh", "compressed by bzip2"},
    Signature{"\x04\x22\x4d\x18", "compressed by lz4"},
    Signature{"\xff\xfe", "text in UTF-16"},
    Signature{"\xfe\xff", "text in UTF-16"},
    Signature{"\x7f"
              "ELF",
        "a program or library"},
    Signature{"\x89PNG", "a picture"},
    Signature{"\xff\xd8\xff", "a picture"},
    Signature{"%PDF", "a PDF document"},
    Signature{"<", "XML or HTML"},
    Signature{"\x0a", "a binary trace of Perfetto, or another binary file"},
};

bool isText(std::string_view bytes)
{
    return std::none_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1b';
    });
}

std::string whatItIs(const std::string &path, std::string_view bytes)
{
    const bool isAllText = isText(bytes);
    for (const Signature &signature : signatures) {
        const bool isLineEnd = signature.bytes == "\x0a" && isAllText;
        if (bytes.starts_with(signature.bytes) && !isLineEnd)
            return std::string(signature.what);
    }
    if (!isAllText)
        return "a binary file";
    return path.ends_with(".csv") || path.ends_with(".tsv") ? "a table of text" : "a text file";
}

Result<LoadedRun> load(Result<ImportedRun> run, const std::string &path)
{
    if (!run)
        return tl::unexpected(run.error());
    return recordOf(std::move(*run)).map_error([&](const Error &error) {
        return Error{path + ": " + error.message};
    });
}

} // namespace

RunSource runSourceOf(const std::string &path)
{
    const auto endsWith = [&](std::string_view ending) {
        return path.ends_with(ending) || path.ends_with(std::string(ending) + ".gz");
    };
    const std::string bytes = beginningOf(path);
    if (!byteOrderMarkOf(bytes, path))
        return RunSource::Other;
    std::string_view text = bytes;
    if (text.starts_with("SQLite format 3"))
        return isGzip(path) ? RunSource::Other : RunSource::RunFile;
    if (isJobLog(text) || endsWith(".joblog"))
        return RunSource::JobLog;
    text = withoutByteOrderMark(text);
    const std::size_t begin = text.find_first_not_of(" \t\r\n,");
    const bool isJson =
        begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
    if (isJson || endsWith(".json"))
        return RunSource::Trace;
    return text.empty() || path.ends_with(".poolscope") ? RunSource::RunFile : RunSource::Other;
}

std::string otherFileText(const std::string &path)
{
    const std::string bytes = beginningOf(path);
    const std::string what = bytes.starts_with("SQLite format 3")
        ? "a compressed run file; decompress it"
        : whatItIs(path, bytes) + (isGzip(path) ? ", compressed" : "");
    return path + " is not a run file but " + what + "; " + std::string(whatCanBeOpened);
}

Result<void> checkIsRunFile(const std::string &path)
{
    switch (runSourceOf(path)) {
    case RunSource::RunFile:
        return {};
    case RunSource::Trace:
        return failure(path + " is not a run file but a trace, which can only be viewed");
    case RunSource::JobLog:
        return failure(path + " is not a run file but a job log, which can only be viewed");
    case RunSource::Other:
        return failure(otherFileText(path));
    }
    return {};
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
    case RunSource::Other:
        return failure(otherFileText(path));
    }
    return loadRunFile(path);
}

} // namespace poolscope
