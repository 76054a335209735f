// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/analysisjson.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using Json = nlohmann::ordered_json;

double seconds(std::uint64_t nanoseconds)
{
    return static_cast<double>(nanoseconds) / 1e9;
}

Json timesJson(const CauseTimes &times)
{
    Json json = Json::object();
    for (std::size_t i = 0; i < causeCount; ++i) {
        const auto cause = static_cast<Cause>(i);
        json[causeName(cause)] = seconds(times[cause]);
    }
    return json;
}

std::string_view settingName(Change::Setting setting)
{
    switch (setting) {
    case Change::Setting::Chunk:
        return "chunk";
    case Change::Setting::Window:
        return "window";
    case Change::Setting::Workers:
        return "workers";
    case Change::Setting::Environment:
        return "environment";
    case Change::Setting::Unordered:
        return "unordered";
    }
    return "";
}

Json changeJson(const Change &change)
{
    Json json{{"setting", settingName(change.setting)}};
    if (change.setting == Change::Setting::Environment) {
        json["name"] = change.name;
        json["value"] = change.text;
    } else if (change.setting == Change::Setting::Unordered) {
        json["value"] = true;
    } else {
        json["value"] = change.number ? Json(*change.number) : Json();
    }
    json["argument"] = changeText(change);
    return json;
}

} // namespace

Json accountingJson(const Accounting &accounting, const std::optional<HeldBack> &heldBack)
{
    Json workers = Json::array();
    for (const WorkerAccounting &worker : accounting.workers)
        workers.push_back({{"id", worker.id}, {"seconds", timesJson(worker.times)}});
    return {
        {"workers", accounting.workers.size()},
        {"makespan_s", seconds(accounting.makespan())},
        {"worker_seconds", seconds(accounting.makespan() * accounting.workers.size())},
        {"start_up_s", seconds(accounting.startUp)},
        {"utilization", accounting.utilization()},
        {"seconds", timesJson(accounting.times)},
        {"by_worker", workers},
        {"coordinator",
            {{"cpu_s", seconds(accounting.coordinator.cpu)},
                {"busy_s", seconds(accounting.coordinator.busy)}}},
        {"held_back",
            heldBack ? Json{{"most_values", heldBack->mostValues},
                {"most_bytes", std::round(heldBack->mostBytes)},
                {"mean_s", heldBack->meanTime / 1e9}}
                     : Json()},
    };
}

Json importJson(const ImportNotes &notes)
{
    Json json{{"left_out", notes.leftOut()}};
    for (std::size_t i = 0; i < importNoteCount; ++i) {
        const auto note = static_cast<ImportNote>(i);
        json[importNoteName(note)] = notes.count(note);
    }
    return json;
}

Json verdictJson(const Verdict &verdict)
{
    Json advice = Json::array();
    for (const Change &change : verdict.advice)
        advice.push_back(changeJson(change));
    return {
        {"finding", findingName(verdict.finding)},
        {"text", verdict.text},
        {"loss", verdict.loss},
        {"gain", verdict.gain ? Json(*verdict.gain) : Json()},
        {"rate", verdict.rate ? Json(*verdict.rate) : Json()},
        {"advice", advice},
        {"would_tell", verdict.wouldTell.empty() ? Json() : Json(verdict.wouldTell)},
    };
}

} // namespace poolscope
