// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/origin.h"

#include <filesystem>

namespace poolscope {

const RunSpec *specOf(const Origin &origin)
{
    const auto *specified = std::get_if<SpecOrigin>(&origin);
    return specified ? &specified->spec : nullptr;
}

RunSpec *specOf(Origin &origin)
{
    auto *specified = std::get_if<SpecOrigin>(&origin);
    return specified ? &specified->spec : nullptr;
}

std::string folderOf(const Origin &origin)
{
    if (const auto *specified = std::get_if<SpecOrigin>(&origin))
        return specified->folder;
    const auto *call = std::get_if<WatchedCall>(&origin);
    return call ? call->folder : std::string();
}

PoolSpec poolOf(const Origin &origin)
{
    if (const RunSpec *spec = specOf(origin))
        return spec->pool;
    PoolSpec pool;
    if (const auto *call = std::get_if<WatchedCall>(&origin)) {
        pool.workers = call->processes;
        pool.chunk = call->chunk;
    }
    return pool;
}

std::string workerName(const Origin &origin, WorkerId worker)
{
    const auto *file = std::get_if<ImportedFile>(&origin);
    const bool hasName = file && worker != noWorker && numberOf(worker) <= file->workerNames.size()
        && !file->workerNames[laneOf(worker)].empty();
    return hasName ? file->workerNames[laneOf(worker)]
                   : "worker " + std::to_string(numberOf(worker));
}

std::string callName(const WatchedCall &call)
{
    return call.method + "(" + call.function + ")";
}

bool areFromOneLine(const WatchedCall &a, const WatchedCall &b)
{
    return a.file == b.file && a.line == b.line && a.method == b.method;
}

namespace {

std::string placeText(const std::string &file, std::uint64_t line)
{
    return file.empty()
        ? std::string()
        : std::filesystem::path(file).filename().string() + ":" + std::to_string(line);
}

} // namespace

std::string placeInCode(const WatchedCall &call)
{
    return placeText(call.file, call.line);
}

std::string placeOfPool(const WatchedCall &call)
{
    return placeText(call.poolFile, call.poolLine);
}

std::string originText(const Origin &origin)
{
    if (const auto *file = std::get_if<ImportedFile>(&origin))
        return file->name;
    const auto *call = std::get_if<WatchedCall>(&origin);
    if (!call)
        return {};
    const std::string place = placeInCode(*call);
    return callName(*call) + (place.empty() ? "" : " at " + place) + ", watched";
}

} // namespace poolscope
