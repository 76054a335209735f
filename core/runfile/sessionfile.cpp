// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/sessionfile.h"

#include "runfile/recordwriter.h"

#include <filesystem>

namespace poolscope {

namespace {

Result<void> writeRuns(RunFile &file, const std::vector<EndedRun> &runs)
{
    Result<void> written;
    for (auto run = runs.begin(); run != runs.end() && written; ++run) {
        if (run != runs.begin())
            written = file.addRun(run->description);
        if (written)
            written = RecordWriter(file, *run->record, {}).write({run->all});
    }
    return written;
}

} // namespace

Result<void> writeSession(
    const std::string &path, RunFile::IfExists ifExists, const std::vector<EndedRun> &runs)
{
    auto file = RunFile::create(path, runs.front().description, ifExists);
    if (!file)
        return tl::unexpected(file.error());
    return writeRuns(**file, runs)
        .and_then([&] { return (*file)->close(); })
        .map_error([&](Error error) {
            file->reset();
            std::error_code isGone;
            std::filesystem::remove(path, isGone);
            return error;
        });
}

} // namespace poolscope
