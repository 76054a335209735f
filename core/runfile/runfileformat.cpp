// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/runfileformat.h"

#include "events/eventcheck.h"
#include "spec/runarguments.h"
#include "spec/writtentext.h"

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

/// Reads the members of an object one after the other; what is missing or of another kind is told
/// at the end.
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

} // namespace

std::int64_t checksum(const Piece &piece)
{
    const std::array<std::uint64_t, 5> fields{piece.number, static_cast<std::uint64_t>(piece.kind),
        piece.worker, piece.first, piece.count};
    const XXH64_hash_t seed = XXH3_64bits(fields.data(), sizeof(fields));
    return std::bit_cast<std::int64_t>(
        XXH3_64bits_withSeed(piece.data.data(), piece.data.size(), seed));
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

std::string descriptionText(const RunDescription &description)
{
    Json files = Json::array();
    for (const TaskFile &file : description.taskFiles)
        files.push_back({{"path", writtenText(file.path)}, {"hash", file.hash}});
    return Json{
        {"arguments", writtenArguments(description.spec)},
        {"hash_seed", description.spec.hashSeed},
        {"inputs", description.inputCount},
        {"input_hash", description.inputHash},
        {"inputs_hashed", description.inputsHashed},
        {"task_files", files},
        {"folder", writtenText(description.folder)},
        {"program", description.program},
        {"host", writtenText(description.machine.host)},
        {"kernel", writtenText(description.machine.kernel)},
        {"processor", writtenText(description.machine.processor)},
        {"cores", description.machine.cores},
        {"memory", description.machine.memory},
        {"started_at", description.startedAt},
    }
        .dump();
}

Result<RunDescription> descriptionFrom(std::string_view text)
{
    const Json json = parsed(text);
    Members members(json);
    RunDescription description;
    std::vector<std::string> arguments;
    members.texts("arguments", arguments);
    auto spec = parseWrittenArguments(arguments);
    if (!spec)
        return failure("'arguments': " + spec.error().message);
    description.spec = std::move(*spec);
    members.text("hash_seed", description.spec.hashSeed);
    members.number("inputs", description.inputCount);
    members.text("input_hash", description.inputHash);
    members.number("inputs_hashed", description.inputsHashed);
    members.text("folder", description.folder);
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
        {"pid", progress.holder.pid},
        {"process_began", progress.holder.startTicks},
        {"host", writtenText(progress.holder.host)},
        {"pieces", progress.pieces},
        {"inputs_came", progress.inputsCame},
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
    members.number("pid", progress.holder.pid);
    members.number("process_began", progress.holder.startTicks);
    members.text("host", progress.holder.host);
    members.number("pieces", progress.pieces);
    members.number("inputs_came", progress.inputsCame);
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
