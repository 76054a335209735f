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

} // namespace

Result<void> writeCharts(const RunRecord &record, std::uint64_t end, const ChartOutputs &outputs)
{
    TimeView view;
    QWidget parent;
    const ChartSet charts(view, &parent);
    const Moment moment{end, TimeView::Run::Ended};
    for (Chart *chart : charts) {
        chart->setTheme(Theme::of(Theme::Kind::Light));
        chart->setRecord(&record);
    }
    view.setNow(static_cast<double>(record.timeline.end()), TimeView::Run::Ended);
    for (const ChartFile &file : outputs.charts) {
        if (const auto written = writeChart(charts[file.kind], moment, file.path); !written)
            return written;
    }
    return outputs.report ? writeReport(reportOf(charts, moment), *outputs.report) : Result<void>();
}

bool drawsText(const ChartOutputs &outputs)
{
    return outputs.report
        || std::any_of(outputs.charts.begin(), outputs.charts.end(), [](const ChartFile &file) {
               return std::filesystem::path(file.path).extension() != ".csv";
           });
}

// Qt lists names of fonts even if there are none, and draws boxes as wide as high.
bool drawsBoxes()
{
    constexpr int size = 100;
    QFont font;
    font.setPixelSize(size);
    return QFontMetricsF(font).horizontalAdvance(QLatin1Char('i')) >= size;
}

} // namespace poolscope
