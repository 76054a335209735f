// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/analysisjson.h"

#include "report/verdicttext.h"
#include "text/units.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson timesJson(const CauseTimes &times)
{
    OrderedJson json = OrderedJson::object();
    for (std::size_t i = 0; i < causeCount; ++i) {
        const auto cause = static_cast<Cause>(i);
        json[causeName(cause)] = inSeconds(Duration(times[cause]));
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
    case Change::Setting::Start:
        return "start";
    }
    return "";
}

OrderedJson changeJson(const Change &change)
{
    OrderedJson json{{"setting", settingName(change.setting)}};
    if (change.setting == Change::Setting::Environment) {
        json["name"] = change.name;
        json["value"] = change.text;
    } else if (change.setting == Change::Setting::Unordered) {
        json["value"] = true;
    } else if (change.setting == Change::Setting::Start) {
        json["value"] = workerStartWord(WorkerStart::Fork);
    } else {
        json["value"] = change.number ? OrderedJson(*change.number) : OrderedJson();
    }
    json["argument"] = changeText(change);
    return json;
}

/// Returns null if no change of a watched call is advised.
OrderedJson expectedJson(const Verdict &verdict)
{
    const auto *call = std::get_if<evidence::OfCall>(&verdict.evidence);
    if (!call || !call->expected)
        return nullptr;
    return {{"chunksize", call->chunk ? OrderedJson(*call->chunk) : OrderedJson()},
        {"processes", call->processes ? OrderedJson(*call->processes) : OrderedJson()},
        {"least_rate", call->expected->low}, {"greatest_rate", call->expected->high}};
}

} // namespace

OrderedJson accountingJson(const Accounting &accounting, const std::optional<HeldBack> &heldBack)
{
    OrderedJson workers = OrderedJson::array();
    for (const WorkerAccounting &worker : accounting.workers)
        workers.push_back({{"id", numberOf(worker.id)}, {"seconds", timesJson(worker.times)}});
    return {
        {"workers", accounting.workers.size()},
        {"makespan_s", inSeconds(Duration(accounting.makespan()))},
        {"worker_seconds", inSeconds(Duration(accounting.makespan() * accounting.workers.size()))},
        {"start_up_s", inSeconds(Duration(accounting.startUp))},
        {"utilization", accounting.utilization()},
        {"seconds", timesJson(accounting.times)},
        {"by_worker", workers},
        {"coordinator",
            {{"cpu_s", inSeconds(Duration(accounting.coordinator.cpu))},
                {"busy_s", inSeconds(Duration(accounting.coordinator.busy))}}},
        {"held_back",
            heldBack ? OrderedJson{{"most_values", heldBack->mostValues},
                {"most_bytes", std::round(heldBack->mostBytes)},
                {"mean_s", inSeconds(Duration(heldBack->meanTime))}}
                     : OrderedJson()},
    };
}

OrderedJson importJson(const ImportNotes &notes)
{
    OrderedJson json{{"left_out", notes.leftOut()}};
    for (std::size_t i = 0; i < importNoteCount; ++i) {
        const auto note = static_cast<ImportNote>(i);
        json[importNoteName(note)] = notes.count(note);
    }
    return json;
}

OrderedJson verdictJson(const Verdict &verdict)
{
    OrderedJson advice = OrderedJson::array();
    for (const Change &change : verdict.advice)
        advice.push_back(changeJson(change));
    return {
        {"finding", findingName(verdict.finding)},
        {"text", verdictText(verdict)},
        {"loss", verdict.loss},
        {"gain", verdict.gain ? OrderedJson(*verdict.gain) : OrderedJson()},
        {"counts_start_up", verdict.countsStartUp},
        {"rate", verdict.rate ? OrderedJson(*verdict.rate) : OrderedJson()},
        {"advice", advice},
        {"expected", expectedJson(verdict)},
        {"would_tell", verdict.nextLook ? OrderedJson(nextLookText(verdict)) : OrderedJson()},
    };
}

} // namespace poolscope
