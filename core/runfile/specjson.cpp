// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/specjson.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace poolscope {

namespace {

using Json = nlohmann::json;
constexpr std::string_view hexDigits = "0123456789abcdef";

/// Thrown and caught within this file only.
struct Wrong {
    std::string what;
};

const Json &member(const Json &object, const char *name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (found == object.end())
        throw Wrong{std::string("'") + name + "' is missing"};
    return *found;
}

std::string text(const Json &object, const char *name)
{
    const auto read = textFromJson(member(object, name));
    if (!read)
        throw Wrong{std::string("'") + name + "': " + read.error().message};
    return *read;
}

std::string textOr(const Json &object, const char *name, const std::string &fallback)
{
    return object.contains(name) ? text(object, name) : fallback;
}

std::int64_t signedNumber(const Json &object, const char *name)
{
    const Json &value = member(object, name);
    const bool tooLarge = value.is_number_unsigned()
        && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
    if (!value.is_number_integer() || tooLarge)
        throw Wrong{std::string("'") + name + "' is no integer of 64 bits"};
    return value.get<std::int64_t>();
}

template <typename T> void readCount(const Json &object, const char *name, T least, T most, T &to)
{
    if (!object.contains(name))
        return;
    const Json &value = object[name];
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least
        || value.get<std::uint64_t>() > most)
        throw Wrong{std::string("'") + name + "' is out of range"};
    to = static_cast<T>(value.get<std::uint64_t>());
}

template <typename T>
void readCount(const Json &object, const char *name, T least, T most, std::optional<T> &to)
{
    if (object.contains(name))
        readCount(object, name, least, most, to.emplace());
}

Json taskJson(const TaskSpec &task)
{
    if (const auto *builtin = std::get_if<BuiltinTask>(&task)) {
        Json json{{"kind", "builtin"}, {"name", textJson(builtin->name)}};
        if (!builtin->arguments.empty())
            json["arguments"] = textJson(builtin->arguments);
        return json;
    }
    if (const auto *python = std::get_if<PythonTask>(&task)) {
        Json json{{"kind", "python"}, {"target", textJson(python->target)},
            {"interpreter", textJson(python->interpreter)}};
        if (!python->initialiser.empty())
            json["initialiser"] = textJson(python->initialiser);
        return json;
    }
    if (const auto *command = std::get_if<CommandTask>(&task))
        return {{"kind", "command"}, {"command", textJson(command->command)}};
    if (const auto *shell = std::get_if<ShellTask>(&task))
        return {{"kind", "shell"}, {"script", textJson(shell->script)}};
    if (const auto *filter = std::get_if<FilterTask>(&task))
        return {{"kind", "filter"}, {"command", textJson(filter->command)}};
    const auto &library = std::get<LibraryTask>(task);
    return {{"kind", "library"}, {"path", textJson(library.path)},
        {"symbol", textJson(library.symbol)}};
}

TaskSpec taskFrom(const Json &json)
{
    const std::string kind = text(json, "kind");
    if (kind == "builtin")
        return BuiltinTask{text(json, "name"), textOr(json, "arguments", {})};
    if (kind == "python")
        return PythonTask{
            text(json, "target"), text(json, "interpreter"), textOr(json, "initialiser", {})};
    if (kind == "command")
        return CommandTask{text(json, "command")};
    if (kind == "shell")
        return ShellTask{text(json, "script")};
    if (kind == "filter")
        return FilterTask{text(json, "command")};
    if (kind == "library")
        return LibraryTask{text(json, "path"), text(json, "symbol")};
    throw Wrong{"an unknown kind of task"};
}

Json csvJson(const CsvInput &csv)
{
    Json json{{"kind", "csv"}, {"path", textJson(csv.path)}};
    if (csv.delimiter != CsvInput().delimiter)
        json["delimiter"] = textJson(std::string(1, csv.delimiter));
    if (csv.header == CsvInput::Header::None)
        json["header"] = "none";
    if (!csv.columns.empty()) {
        json["columns"] = Json::array();
        for (const std::string &column : csv.columns)
            json["columns"].push_back(textJson(column));
    }
    return json;
}

CsvInput csvFrom(const Json &json)
{
    CsvInput csv;
    csv.path = text(json, "path");
    const std::string delimiter = textOr(json, "delimiter", std::string(1, csv.delimiter));
    if (delimiter.size() != 1)
        throw Wrong{"'delimiter' is not one character"};
    csv.delimiter = delimiter.front();
    if (json.contains("header"))
        csv.header = CsvInput::Header::None;
    if (!json.contains("columns"))
        return csv;
    if (!json["columns"].is_array())
        throw Wrong{"'columns' is no list"};
    for (const Json &column : json["columns"]) {
        const auto name = textFromJson(column);
        if (!name)
            throw Wrong{"'columns': " + name.error().message};
        csv.columns.push_back(*name);
    }
    return csv;
}

Json inputJson(const InputSpec &input)
{
    if (const auto *range = std::get_if<RangeInput>(&input))
        return {{"kind", "range"}, {"start", range->start}, {"stop", range->stop},
            {"step", range->step}};
    if (const auto *lines = std::get_if<LinesInput>(&input))
        return {{"kind", "lines"}, {"path", textJson(lines->path)}};
    if (const auto *files = std::get_if<FilesInput>(&input))
        return {{"kind", "files"}, {"pattern", textJson(files->pattern)}};
    return csvJson(std::get<CsvInput>(input));
}

InputSpec inputFrom(const Json &json)
{
    const std::string kind = text(json, "kind");
    if (kind == "range") {
        const RangeInput range{
            signedNumber(json, "start"), signedNumber(json, "stop"), signedNumber(json, "step")};
        if (range.step == 0)
            throw Wrong{"'step' is 0"};
        return range;
    }
    if (kind == "lines")
        return LinesInput{text(json, "path")};
    if (kind == "files")
        return FilesInput{text(json, "pattern")};
    if (kind == "csv")
        return csvFrom(json);
    throw Wrong{"an unknown kind of input"};
}

Json poolJson(const PoolSpec &pool)
{
    Json json = Json::object();
    const auto add = [&json](const char *name, const auto &value) {
        if (value)
            json[name] = *value;
    };
    add("workers", pool.workers);
    add("chunk", pool.chunk);
    add("window", pool.window);
    if (pool.retries > 0)
        json["retries"] = pool.retries;
    add("timeout", pool.timeout);
    add("memory_limit", pool.memoryLimit);
    if (pool.outputLimit != defaultOutputLimit)
        json["output_limit"] = pool.outputLimit;
    add("recycle", pool.recycle);
    add("halt", pool.halt);
    if (pool.start != WorkerStart::Spawn)
        json["start"] = workerStartWord(pool.start);
    return json;
}

/// Empty for run files of earlier versions, which have no seed.
std::string hashSeedFrom(const Json &json)
{
    return json.contains("hash_seed") ? text(json, "hash_seed") : std::string();
}

PoolSpec poolFrom(const Json &json)
{
    constexpr std::uint64_t one = 1;
    PoolSpec pool;
    readCount(json, "workers", 1U, maxWorkers, pool.workers);
    readCount(json, "chunk", one, maxChunk, pool.chunk);
    readCount(json, "window", one, maxWindow, pool.window);
    readCount(json, "retries", 0U, maxRetries, pool.retries);
    if (json.contains("timeout")) {
        const Json &value = json["timeout"];
        if (!value.is_number() || !(value.get<double>() > 0 && value.get<double>() <= maxTimeout))
            throw Wrong{"'timeout' is out of range"};
        pool.timeout = value.get<double>();
    }
    readCount(json, "memory_limit", one, UINT64_MAX, pool.memoryLimit);
    readCount(json, "output_limit", one, maxOutputLimit, pool.outputLimit);
    readCount(json, "recycle", one, UINT64_MAX, pool.recycle);
    readCount(json, "halt", one, UINT64_MAX, pool.halt);
    if (json.contains("start")) {
        const auto start = workerStartFrom(text(json, "start"));
        if (!start)
            throw Wrong{"'start' is neither spawn nor fork"};
        pool.start = *start;
    }
    return pool;
}

bool isUtf8(const std::string &bytes)
{
    try {
        return !Json(bytes).dump().empty();
    } catch (const Json::type_error &) {
        return false;
    }
}

} // namespace

Json textJson(const std::string &bytes)
{
    if (isUtf8(bytes))
        return bytes;
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += hexDigits[byte >> 4];
        hex += hexDigits[byte & 15];
    }
    return {{"hex", hex}};
}

Result<std::string> textFromJson(const Json &json)
{
    if (json.is_string())
        return json.get<std::string>();
    const auto found = json.is_object() ? json.find("hex") : json.end();
    if (found == json.end() || !found->is_string())
        return failure("it is no text");
    const std::string hex = found->get<std::string>();
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const auto high = hexDigits.find(hex[i]);
        const auto low = hexDigits.find(hex[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return failure("it is no text");
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

Json specJson(const RunSpec &spec)
{
    Json json{{"task", taskJson(spec.task)}, {"input", inputJson(spec.input)},
        {"pool", poolJson(spec.pool)}};
    if (!spec.hashSeed.empty())
        json["hash_seed"] = textJson(spec.hashSeed);
    return json;
}

Result<RunSpec> specFromJson(const Json &json)
{
    try {
        return RunSpec{taskFrom(member(json, "task")), inputFrom(member(json, "input")),
            poolFrom(member(json, "pool")), hashSeedFrom(json)};
    } catch (const Wrong &wrong) {
        return failure(wrong.what);
    }
}

} // namespace poolscope
