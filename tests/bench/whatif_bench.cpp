// SPDX-License-Identifier: GPL-3.0-or-later
// Replays recorded runs, for tests/bench/whatif.py, which compares them with real ones.
//
//     whatif_bench speed                  how long a million inputs take to replay
//     whatif_bench predict FILE.poolscope WORKERS,CHUNK,WINDOW ...   what each setting would take
//
// Prints JSON. A chunk or window is a number or "auto".
#include "analysis/whatif.h"
#include "runfile/runfileload.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

namespace {

using namespace poolscope;
using Json = nlohmann::ordered_json;

std::optional<std::uint64_t> count(const std::string &text)
{
    return text == "auto" ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

ReplaySetting settingOf(const std::string &text)
{
    std::istringstream fields(text);
    std::string workers;
    std::string chunk;
    std::string window;
    std::getline(fields, workers, ',');
    std::getline(fields, chunk, ',');
    std::getline(fields, window, ',');
    ReplaySetting setting;
    setting.workers = static_cast<std::uint32_t>(std::stoul(workers));
    setting.chunks.chunk = count(chunk);
    setting.chunks.window = count(window);
    return setting;
}

Json costJson(const Cost &cost)
{
    return {{"ns", cost.nanoseconds}, {"cases", cost.cases}};
}

Json costsJson(const DispatchCosts &costs)
{
    return {
        {"outward", costJson(costs.outward)},
        {"inward", costJson(costs.inward)},
        {"turn", costJson(costs.turn)},
        {"wake", costJson(costs.wake)},
        {"answer", costJson(costs.answer)},
        {"chunk", costJson(costs.chunk)},
        {"value", costJson(costs.value)},
        {"gap", costJson(costs.gap)},
        {"start", costJson(costs.start)},
    };
}

int predict(int argc, char **argv)
{
    const auto loaded = loadRunFile(argv[0]);
    if (!loaded) {
        std::fprintf(stderr, "whatif_bench: %s\n", loaded.error().message.c_str());
        return EXIT_FAILURE;
    }
    const RecordedWork work = recordedWork(loaded->record->timeline, loaded->record->machine.cores);
    Json json{{"inputs", work.inputs}, {"total_s", work.total / 1e9},
        {"longest_s", work.longest / 1e9}, {"ready_ns", work.readyTimes},
        {"costs", costsJson(work.costs)}, {"predictions", Json::array()}};
    for (int i = 1; i < argc; ++i) {
        const auto run = replay(work, settingOf(argv[i]));
        json["predictions"].push_back({
            {"setting", argv[i]},
            {"makespan_s", run->makespan / 1e9},
            {"lower_bound_s", run->lowerBound / 1e9},
            {"chunks", run->chunks},
            {"coordinator_s", run->coordinatorBusy / 1e9},
        });
    }
    std::cout << json.dump(2) << '\n';
    return EXIT_SUCCESS;
}

/// A million inputs of some 10 us.
RecordedWork millionInputs()
{
    constexpr std::uint64_t inputs = 1'000'000;
    std::mt19937_64 random(1);
    std::lognormal_distribution<float> durations(9, 1);
    RecordedWork work;
    work.inputs = inputs;
    for (std::uint64_t i = 0; i < inputs; ++i) {
        work.groups.push_back({i, 1, durations(random)});
        work.total += work.groups.back().duration;
        work.longest = std::max(work.longest, work.groups.back().ofEach());
    }
    return work;
}

int speed()
{
    const RecordedWork work = millionInputs();
    Json json = Json::array();
    for (const char *text :
        {"1,1,1", "2,1,1", "2,1,auto", "64,1,1", "1024,1,1", "1024,1,auto", "1024,auto,auto"}) {
        const auto begin = std::chrono::steady_clock::now();
        const auto run = replay(work, settingOf(text));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        json.push_back({{"setting", text}, {"replay_s", took.count()}, {"chunks", run->chunks}});
    }
    std::cout << json.dump(2) << '\n';
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv)
{
    const std::string command = argc > 1 ? argv[1] : "";
    if (command == "speed")
        return speed();
    if (command == "predict" && argc > 2)
        return predict(argc - 2, argv + 2);
    std::fputs(
        "usage: whatif_bench speed | predict FILE.poolscope WORKERS,CHUNK,WINDOW...\n", stderr);
    return EXIT_FAILURE;
}
