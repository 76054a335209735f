// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chartfiles.h"

#include "charts/chartexport.h"
#include "charts/chartset.h"
#include "charts/runreport.h"

#include <QFont>
#include <QFontMetricsF>
#include <algorithm>
#include <filesystem>

namespace poolscope {

namespace {

Result<void> writeChart(Chart &chart, const Moment &moment, const std::filesystem::path &path)
{
    if (path.extension() == ".csv")
        return writeChartData(chart.kind(), *chart.record(), path);
    return writeChartPicture(chart, moment, path, {});
}

/// The charts of a record, for a moment.
struct RecordedCharts {
    RecordedCharts(const RunRecord &record, std::uint64_t end)
        : charts(view, &parent)
        , moment{end, TimeView::Run::Ended}
    {
        for (Chart *chart : charts) {
            chart->setTheme(Theme::of(Theme::Kind::Light));
            chart->setRecord(&record);
        }
        view.setNow(static_cast<double>(record.timeline.end()), TimeView::Run::Ended);
    }

    TimeView view;
    QWidget parent;
    const ChartSet charts;
    const Moment moment;
};

} // namespace

Result<void> writeCharts(
    const RunRecord &record, std::uint64_t end, const std::vector<ChartFile> &files)
{
    if (files.empty())
        return {};
    const RecordedCharts recorded(record, end);
    for (const ChartFile &file : files) {
        const auto written = writeChart(recorded.charts[file.kind], recorded.moment, file.path);
        if (!written)
            return written;
    }
    return {};
}

ReportData reportOf(const RunRecord &record, std::uint64_t end)
{
    const RecordedCharts recorded(record, end);
    return reportOf(recorded.charts, recorded.moment);
}

bool containsPicture(const std::vector<ChartFile> &files)
{
    return std::any_of(files.begin(), files.end(), [](const ChartFile &file) {
        return std::filesystem::path(file.path).extension() != ".csv";
    });
}

// Qt lists names of fonts even if none are installed, and draws boxes as wide as high.
bool hasNoFonts()
{
    constexpr int size = 100;
    QFont font;
    font.setPixelSize(size);
    return QFontMetricsF(font).horizontalAdvance(QLatin1Char('i')) >= size;
}

} // namespace poolscope
