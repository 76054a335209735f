// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/outputs.h"

#include "headless/standardoutput.h"
#include "report/summary.h"

#include <filesystem>

namespace poolscope {

Result<void> checkChartPlaces(const OutputOptions &options)
{
    std::error_code error;
    if (options.chartsFolder)
        std::filesystem::create_directories(*options.chartsFolder, error);
    if (error)
        return failure("cannot make the folder " + *options.chartsFolder + ": " + error.message());
    for (const ChartFile &chart : options.charts) {
        if (const auto file = AtomicFile::open(chart.path); !file)
            return tl::unexpected(file.error());
    }
    return {};
}

Result<std::unique_ptr<AtomicFile>> openSummary(
    const OutputOptions &options, const WaitForRoom &room)
{
    if (!options.summary || *options.summary == "-")
        return std::unique_ptr<AtomicFile>();
    return AtomicFile::open(*options.summary, room);
}

Result<void> writeSummary(const OutputOptions &options, const RunRecord &record,
    std::uint32_t cores, AtomicFile *file, const WaitForRoom &room)
{
    if (!options.summary)
        return {};
    const std::string summary = summaryJson(record, analyse(record, cores));
    if (!file)
        return StandardOutput(room).writeText(summary);
    if (const auto appended = file->append(summary); !appended)
        return appended;
    return file->commit();
}

} // namespace poolscope
