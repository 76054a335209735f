// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfileformat.h"

#include "events/eventcheck.h"
#include "spec/runarguments.h"
#include "spec/writtentext.h"
#include "text/wholenumber.h"

#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace poolscope::runfile {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 6> stateNames{
    "running", "completed", "cancelled", "failed", "halted", "wrong values"};

/// Reads the members of an object. result() reports the first that is missing or of another type.
class Members {
public:
    explicit Members(const Json &object)
        : m_object(object)
    {
    }

    template <typename T> void number(const char *name, T &to)
    {
        const Json *value = find(name);
        if (!value || !value->is_number_integer()
            || !(std::is_signed_v<T> || value->is_number_unsigned())) {
            miss(name);
            return;
        }
        if (value->is_number_unsigned() && !std::in_range<T>(value->get<std::uint64_t>()))
            miss(name);
        to = value->get<T>();
    }
    void text(const char *name, std::string &to)
    {
        const Json *value = find(name);
        if (value && value->is_string())
            to = bytesOfWritten(value->get<std::string>());
        else
            miss(name);
    }
    void texts(const char *name, std::vector<std::string> &to)
    {
        const Json *value = find(name);
        const bool isList = value && value->is_array()
            && std::all_of(
                value->begin(), value->end(), [](const Json &item) { return item.is_string(); });
        if (isList)
            to = value->get<std::vector<std::string>>();
        else
            miss(name);
    }
    void numbers(const char *name, std::vector<std::uint64_t> &to)
    {
        const Json *value = find(name);
        const bool isList = value && value->is_array()
            && std::all_of(value->begin(), value->end(),
                [](const Json &item) { return item.is_number_unsigned(); });
        if (isList)
            to = value->get<std::vector<std::uint64_t>>();
        else
            miss(name);
    }
    void boolean(const char *name, bool &to)
    {
        const Json *value = find(name);
        if (value && value->is_boolean())
            to = value->get<bool>();
        else
            miss(name);
    }
    const Json *find(const char *name) const
    {
        const auto found = m_object.is_object() ? m_object.find(name) : m_object.end();
        return found == m_object.end() ? nullptr : &*found;
    }
    void miss(const char *name)
    {
        if (m_wrong.empty())
            m_wrong = name;
    }
    template <typename T> Result<T> result(T value) const
    {
        if (!m_wrong.empty())
            return failure("'" + m_wrong + "' is missing or out of range");
        return value;
    }

private:
    const Json &m_object;
    std::string m_wrong;
};

Json parsed(std::string_view text)
{
    return Json::parse(text, nullptr, false);
}

struct CostMember {
    const char *name;
    std::uint64_t CallCost::*member;
};
constexpr std::array costMembers{
    CostMember{"chunks", &CallCost::chunks},
    CostMember{"pickling_ns", &CallCost::pickling},
    CostMember{"writing_ns", &CallCost::writing},
    CostMember{"bytes_out", &CallCost::bytesOut},
    CostMember{"results", &CallCost::results},
    CostMember{"unpickling_results_ns", &CallCost::unpicklingResults},
    CostMember{"bytes_back", &CallCost::bytesBack},
    CostMember{"consumed", &CallCost::consumed},
    CostMember{"loop_waited_ns", &CallCost::loopWaited},
    CostMember{"loop_used_ns", &CallCost::loopUsed},
    CostMember{"tasks", &CallCost::tasks},
    CostMember{"lock_waits_ns", &CallCost::lockWaits},
    CostMember{"unpickling_ns", &CallCost::unpickling},
    CostMember{"pickling_results_ns", &CallCost::picklingResults},
    CostMember{"sending_ns", &CallCost::sending},
    CostMember{"function_bytes", &CallCost::functionBytes},
    CostMember{"function_pickling_ns", &CallCost::functionPickling},
    CostMember{"function_by_value", &CallCost::functionIsByValue},
    CostMember{"lost_inputs", &CallCost::lostInputs},
    CostMember{"hooks_ns", &CallCost::hooks},
};

Json costJson(const CallCost &cost)
{
    Json json;
    for (const CostMember &of : costMembers)
        json[of.name] = cost.*of.member;
    return json;
}

void readCost(const Json &json, CallCost &cost, Members &call)
{
    Members members(json);
    for (const CostMember &of : costMembers)
        members.number(of.name, cost.*of.member);
    if (!members.result(true))
        call.miss("cost");
}

Json parentJson(const ParentTimes &parent)
{
    Json columns = Json::array();
    for (const ParentTimes::Column &column : parent.columns())
        for (const std::uint64_t busy : column)
            columns.push_back(busy);
    return {{"level", parent.grid().level}, {"busy_ns", columns}};
}

void readParent(const Json &json, ParentTimes &parent, Members &call)
{
    Members members(json);
    std::uint32_t level = 0;
    std::vector<std::uint64_t> busy;
    members.number("level", level);
    members.numbers("busy_ns", busy);
    if (!members.result(true) || level > static_cast<std::uint32_t>(ParentTimes::coarsest.level))
        return call.miss("parent");
    std::vector<ParentTimes::Column> columns(
        std::min(busy.size() / parentActivities, ParentTimes::mostColumns));
    for (std::size_t i = 0; i < columns.size(); ++i)
        std::copy_n(&busy[i * parentActivities], parentActivities, columns[i].begin());
    parent = ParentTimes(TimeGrid{static_cast<int>(level)}, std::move(columns));
}

Json textsJson(const std::map<std::uint64_t, std::string> &texts)
{
    Json json = Json::object();
    for (const auto &[index, text] : texts)
        json[std::to_string(index)] = writtenText(text);
    return json;
}

void readTexts(const Json &json, std::map<std::uint64_t, std::string> &texts, Members &call)
{
    if (!json.is_object())
        return call.miss("inputs");
    for (const auto &[name, text] : json.items()) {
        const auto index = wholeNumber<std::uint64_t>(name);
        if (!index || !text.is_string())
            return call.miss("inputs");
        texts.emplace(*index, bytesOfWritten(text.get<std::string>()));
    }
}

Json callJson(const WatchedCall &call)
{
    Json command = Json::array();
    for (const std::string &word : call.command)
        command.push_back(writtenText(word));
    return {
        {"command", command},
        {"pool", writtenText(call.pool)},
        {"start_method", writtenText(call.startMethod)},
        {"processes", call.processes},
        {"method", writtenText(call.method)},
        {"function", writtenText(call.function)},
        {"file", writtenText(call.file)},
        {"line", call.line},
        {"pool_file", writtenText(call.poolFile)},
        {"pool_line", call.poolLine},
        {"chunk", call.chunk},
        {"begin_ns", call.begin},
        {"cost", costJson(call.cost)},
        {"parent", parentJson(call.parent)},
        {"inputs", textsJson(call.inputTexts)},
    };
}

Result<Origin> callFrom(const Json &json, std::string folder)
{
    Members members(json);
    WatchedCall call;
    call.folder = std::move(folder);
    members.texts("command", call.command);
    for (std::string &word : call.command)
        word = bytesOfWritten(word);
    members.text("pool", call.pool);
    members.text("start_method", call.startMethod);
    members.number("processes", call.processes);
    members.text("method", call.method);
    members.text("function", call.function);
    members.text("file", call.file);
    members.number("line", call.line);
    members.text("pool_file", call.poolFile);
    members.number("pool_line", call.poolLine);
    members.number("chunk", call.chunk);
    members.number("begin_ns", call.begin);
    if (const Json *cost = members.find("cost"))
        readCost(*cost, call.cost, members);
    else
        members.miss("cost");
    if (const Json *parent = members.find("parent"))
        readParent(*parent, call.parent, members);
    if (const Json *texts = members.find("inputs"))
        readTexts(*texts, call.inputTexts, members);
    return members.result(Origin(std::move(call))).map_error([](const Error &error) {
        return Error{"'watched': " + error.message};
    });
}

Result<Origin> originFrom(Members &members)
{
    std::string folder;
    members.text("folder", folder);
    if (const Json *call = members.find("watched"))
        return callFrom(*call, std::move(folder));
    std::vector<std::string> arguments;
    members.texts("arguments", arguments);
    auto spec = parseWrittenArguments(arguments);
    if (!spec)
        return failure("'arguments': " + spec.error().message);
    members.text("hash_seed", spec->hashSeed);
    return SpecOrigin{std::move(*spec), std::move(folder)};
}

} // namespace

std::int64_t checksum(const RecordBatch &batch)
{
    const std::array<std::uint64_t, 5> fields{batch.number, static_cast<std::uint64_t>(batch.kind),
        numberOf(batch.worker), batch.first, batch.count};
    const XXH64_hash_t seed = XXH3_64bits(fields.data(), sizeof(fields));
    return std::bit_cast<std::int64_t>(
        XXH3_64bits_withSeed(batch.data.data(), batch.data.size(), seed));
}

std::int64_t checksum(std::string_view key, std::string_view value)
{
    const XXH64_hash_t seed = XXH3_64bits(key.data(), key.size());
    return std::bit_cast<std::int64_t>(XXH3_64bits_withSeed(value.data(), value.size(), seed));
}

std::string_view stateName(RunState state)
{
    return stateNames[static_cast<std::size_t>(state)];
}

std::string keyOf(std::string_view document, std::uint32_t run)
{
    return std::string(document) + ' ' + std::to_string(run);
}

std::string sessionText(std::uint32_t runs)
{
    return Json{{"runs", runs}}.dump();
}

Result<std::uint32_t> sessionFrom(std::string_view text)
{
    const Json json = parsed(text);
    Members members(json);
    std::uint32_t runs = 0;
    members.number("runs", runs);
    if (runs < 1 || runs > mostRuns)
        members.miss("runs");
    return members.result(runs);
}

std::string descriptionText(const RunDescription &description)
{
    Json files = Json::array();
    for (const TaskFile &file : description.taskFiles)
        files.push_back({{"path", writtenText(file.path)}, {"hash", file.hash}});
    Json json{
        {"inputs", description.inputCount},
        {"input_hash", description.inputHash},
        {"inputs_hashed", description.inputsHashed},
        {"task_files", files},
        {"folder", writtenText(folderOf(description.origin))},
        {"program", description.program},
        {"host", writtenText(description.machine.host)},
        {"kernel", writtenText(description.machine.kernel)},
        {"processor", writtenText(description.machine.processor)},
        {"cores", description.machine.cores},
        {"memory", description.machine.memory},
        {"started_at", description.startedAt},
    };
    if (const RunSpec *spec = specOf(description.origin)) {
        json["arguments"] = writtenArguments(*spec);
        json["hash_seed"] = spec->hashSeed;
    } else if (const auto *call = std::get_if<WatchedCall>(&description.origin)) {
        json["watched"] = callJson(*call);
    }
    return json.dump();
}

Result<RunDescription> descriptionFrom(std::string_view text)
{
    const Json json = parsed(text);
    Members members(json);
    RunDescription description;
    auto origin = originFrom(members);
    if (!origin)
        return tl::unexpected(origin.error());
    description.origin = std::move(*origin);
    members.number("inputs", description.inputCount);
    members.text("input_hash", description.inputHash);
    members.number("inputs_hashed", description.inputsHashed);
    members.text("program", description.program);
    members.text("host", description.machine.host);
    members.text("kernel", description.machine.kernel);
    members.text("processor", description.machine.processor);
    members.number("cores", description.machine.cores);
    members.number("memory", description.machine.memory);
    members.number("started_at", description.startedAt);
    const Json *files = members.find("task_files");
    if (!files || !files->is_array())
        return failure("'task_files' is missing");
    for (const Json &file : *files) {
        Members fields(file);
        TaskFile read;
        fields.text("path", read.path);
        fields.text("hash", read.hash);
        const auto whole = fields.result(read);
        if (!whole)
            return tl::unexpected(whole.error());
        description.taskFiles.push_back(*whole);
    }
    return members.result(description);
}

std::string progressText(const RunProgress &progress)
{
    return Json{
        {"state", stateName(progress.state)},
        {"error", writtenText(progress.error)},
        {"pid", progress.writer.pid},
        {"process_began", progress.writer.startTicks},
        {"host", writtenText(progress.writer.host)},
        {"batches_before", progress.batchesBefore},
        {"batches", progress.batches},
        {"inputs_arrived", progress.inputsArrived},
        {"inputs_complete", progress.areInputsComplete},
        {"elapsed_ns", progress.elapsed},
        {"first_dispatch_ns", progress.firstDispatch},
        {"last_outcome_ns", progress.lastOutcome},
        {"stopped_ns", progress.stopped},
        {"paused_ns", progress.paused},
        {"succeeded", progress.succeeded},
        {"failed", progress.failed},
        {"quarantined", progress.quarantined},
        {"attempts", progress.attempts},
        {"workers", progress.workers},
        {"coordinator_cpu_ns", progress.coordinator.cpu},
        {"coordinator_busy_ns", progress.coordinator.busy},
        {"throttled_ns", progress.coordinator.throttled},
    }
        .dump();
}

Result<RunProgress> progressFrom(std::string_view text)
{
    const Json json = parsed(text);
    Members members(json);
    RunProgress progress;
    std::string state;
    members.text("state", state);
    const auto found = std::find(stateNames.begin(), stateNames.end(), state);
    if (found == stateNames.end())
        members.miss("state");
    progress.state = static_cast<RunState>(found - stateNames.begin());
    members.text("error", progress.error);
    members.number("pid", progress.writer.pid);
    members.number("process_began", progress.writer.startTicks);
    members.text("host", progress.writer.host);
    members.number("batches_before", progress.batchesBefore);
    members.number("batches", progress.batches);
    members.number("inputs_arrived", progress.inputsArrived);
    members.boolean("inputs_complete", progress.areInputsComplete);
    for (const auto &[name, to] :
        {std::pair{"elapsed_ns", &progress.elapsed}, {"first_dispatch_ns", &progress.firstDispatch},
            {"last_outcome_ns", &progress.lastOutcome}, {"stopped_ns", &progress.stopped}}) {
        members.number(name, *to);
        if (*to > latestEventTime)
            members.miss(name);
    }
    members.number("paused_ns", progress.paused);
    members.number("succeeded", progress.succeeded);
    members.number("failed", progress.failed);
    members.number("quarantined", progress.quarantined);
    members.number("attempts", progress.attempts);
    members.number("workers", progress.workers);
    members.number("coordinator_cpu_ns", progress.coordinator.cpu);
    members.number("coordinator_busy_ns", progress.coordinator.busy);
    members.number("throttled_ns", progress.coordinator.throttled);
    return members.result(progress);
}

std::string labelText(const RunLabel &label)
{
    return Json{{"name", writtenText(label.name)}, {"note", writtenText(label.note)}}.dump();
}

Result<RunLabel> labelFrom(std::string_view text)
{
    const Json json = parsed(text);
    Members members(json);
    RunLabel label;
    members.text("name", label.name);
    members.text("note", label.note);
    return members.result(label);
}

} // namespace poolscope::runfile
