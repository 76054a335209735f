// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/outputs.h"

#include "cli/standardoutput.h"
#include "report/chrometrace.h"
#include "report/summary.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace poolscope {

Result<void> prepareOutputs(const OutputOptions &options)
{
    std::error_code error;
    if (options.chartsFolder)
        std::filesystem::create_directories(*options.chartsFolder, error);
    if (error)
        return failure("cannot make the folder " + *options.chartsFolder + ": " + error.message());
    std::vector<std::string> paths;
    for (const ChartFile &chart : options.charts)
        paths.push_back(chart.path);
    for (const auto &path : {options.trace, options.report}) {
        if (path)
            paths.push_back(*path);
    }
    for (const std::string &path : paths) {
        if (std::filesystem::is_fifo(path, error))
            continue; // its reader would read the end of the output after this check
        if (const auto file = AtomicFile::open(path); !file)
            return tl::unexpected(file.error());
    }
    return {};
}

Result<void> checkIsNotInput(
    const InputSpec &input, std::initializer_list<std::optional<std::string>> outputs)
{
    const std::string *file = inputFile(input);
    for (const std::optional<std::string> &output : outputs) {
        std::error_code error; // set if one of the files does not exist
        if (file && output && std::filesystem::equivalent(*output, *file, error))
            return failure(*output + " contains the inputs: choose another file for the output");
    }
    return {};
}

const EndedRecord &longestOf(const std::vector<EndedRecord> &runs)
{
    return *std::max_element(
        runs.begin(), runs.end(), [](const EndedRecord &a, const EndedRecord &b) {
            return a.record->timeline.makespan() < b.record->timeline.makespan();
        });
}

Result<void> writeOutputs(
    const OutputOptions &options, const std::vector<EndedRecord> &runs, const ChartWriter &charts)
{
    if (options.wantsDrawing()) {
        if (const auto drawn = charts(runs, options); !drawn)
            return drawn;
    }
    if (!options.trace)
        return {};
    std::vector<const RunRecord *> records;
    records.reserve(runs.size());
    for (const EndedRecord &run : runs)
        records.push_back(run.record);
    return writeChromeTrace(records, *options.trace);
}

Result<std::unique_ptr<AtomicFile>> openSummary(
    const OutputOptions &options, const WaitForRoom &room)
{
    if (!options.summary)
        return std::unique_ptr<AtomicFile>();
    if (*options.summary == "-")
        return StandardOutput::check().map([] { return std::unique_ptr<AtomicFile>(); });
    return AtomicFile::open(*options.summary, room);
}

Result<void> writeSummary(const OutputOptions &options, const RunRecord &record,
    const SummaryContext &context, AtomicFile *file, const WaitForRoom &room)
{
    if (!options.summary)
        return {};
    return writeSummaryText(options,
        summaryJson(record, analyse(record, context.cores), context.linesDropped), file, room);
}

Result<void> writeSummaryText(const OutputOptions &options, const std::string &summary,
    AtomicFile *file, const WaitForRoom &room)
{
    if (!options.summary)
        return {};
    if (!file)
        return StandardOutput(room).writeText(summary);
    if (const auto appended = file->append(summary); !appended)
        return appended;
    return file->commit();
}

} // namespace poolscope
