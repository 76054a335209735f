// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/summary.h"

#include "report/analysisjson.h"
#include "text/units.h"

#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson known(double value)
{
    return value > 0 ? OrderedJson(value) : OrderedJson();
}

OrderedJson workerJson(const RunRecord &record, const WorkerRecord &worker)
{
    const WorkerIdentity identity = worker.identity();
    OrderedJson json{
        {"id", numberOf(worker.id())},
        {"pid", identity.pid > 0 ? OrderedJson(identity.pid) : OrderedJson()},
        {"host", identity.host},
        {"iterations", worker.iterations()},
        {"busy_s", inSeconds(Duration(worker.busy()))},
        {"cpu_s", inSeconds(Duration(worker.cpu()))},
        {"max_rss_bytes", worker.maxRss() > 0 ? OrderedJson(worker.maxRss()) : OrderedJson()},
        {"restarts", worker.restarts()},
    };
    if (isImported(record.origin))
        json["name"] = workerName(record.origin, worker.id());
    return json;
}

} // namespace

double rateOf(const Timeline &timeline)
{
    const double running = inSeconds(Duration(timeline.makespan() - timeline.pausedOfMakespan()));
    return running > 0 ? static_cast<double>(timeline.settled()) / running : 0;
}

std::string summaryJson(
    const RunRecord &record, const Analysis &analysis, std::optional<std::uint64_t> linesDropped)
{
    const Timeline &timeline = record.timeline;
    const auto inputCount = record.knownInputCount();
    OrderedJson workers = OrderedJson::array();
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        workers.push_back(workerJson(record, timeline.worker(i)));
    OrderedJson summary = {
        {"tasks", inputCount ? OrderedJson(*inputCount) : OrderedJson()},
        {"succeeded", timeline.succeeded()},
        {"failed", timeline.failed()},
        {"quarantined", timeline.quarantined()},
        {"attempts", timeline.attempts()},
        {"makespan_s", known(inSeconds(Duration(timeline.makespan())))},
        {"rate", known(rateOf(timeline))},
        {"workers", workers},
        {"accounting", accountingJson(analysis.accounting, heldBackOf(record))},
        {"verdict", verdictJson(analysis.verdict)},
    };
    if (const auto *file = std::get_if<ImportedFile>(&record.origin))
        summary["import"] = importJson(file->notes);
    const RunSpec *spec = specOf(record.origin);
    if (spec && std::holds_alternative<FilesInput>(spec->input))
        summary["unreadable_folders"] = record.inputs ? record.inputs->unreadableFolders() : 0;
    if (linesDropped)
        summary["lines_dropped"] = *linesDropped;
    return summary.dump(2, ' ', true, OrderedJson::error_handler_t::replace) + "\n";
}

} // namespace poolscope
