// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/curveschart.h"

#include "charts/axisticker.h"
#include "charts/figuretext.h"
#include "report/csvtext.h"
#include "report/valuetext.h"
#include "system/atomicfile.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr int ticksOfTime = 3; // several charts are side by side

struct Words {
    const char *name;
    const char *title;
    const char *explanation;
    const char *value; ///< the label of the value axis
};

const Words &wordsOf(CurvesChart::What what)
{
    static constexpr Words words[] = {
        {"throughput", QT_TRANSLATE_NOOP("CurvesChart", "Iterations per second"),
            QT_TRANSLATE_NOOP("CurvesChart",
                "Each line is the throughput of one run, from its first dispatch on. Pauses are "
                "left out. If a line falls towards its end, workers were without work."),
            QT_TRANSLATE_NOOP("CurvesChart", "it/s")},
        {"completion", QT_TRANSLATE_NOOP("CurvesChart", "Completion"),
            QT_TRANSLATE_NOOP("CurvesChart",
                "Each line is the share of its iterations that one run had finished by then. The "
                "steeper, the faster. The line that reaches the top first is the fastest run."),
            QT_TRANSLATE_NOOP("CurvesChart", "done, %")},
        {"latency", QT_TRANSLATE_NOOP("CurvesChart", "Duration of an iteration"),
            QT_TRANSLATE_NOOP("CurvesChart",
                "Each line is the share of the iterations of one run that took this long, in "
                "percent, on a logarithmic scale. A line further to the right has slower "
                "iterations. Two peaks are two kinds of inputs."),
            QT_TRANSLATE_NOOP("CurvesChart", "iterations, %")},
    };
    return words[static_cast<std::size_t>(what)];
}

/// A ticker of durations, with a tick for each power of ten.
class DurationTicker : public QCPAxisTickerLog {
protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return figureText(Duration(tick));
    }
};

std::string csvOf(const std::vector<RunCurve> &curves, const char *key, const char *value)
{
    std::string text = std::string("run,") + key + "," + value + "\n";
    for (const RunCurve &curve : curves) {
        for (qsizetype i = 0; i < curve.keys.size(); ++i) {
            const std::size_t start = text.size();
            text += curve.name.toStdString();
            quoteCsvField(text, start);
            text += ",";
            appendReal(text, curve.keys[i] / 1e9);
            text += ",";
            appendReal(text, curve.values[i]);
            text += "\n";
        }
    }
    return text;
}

} // namespace

CurvesChart::CurvesChart(What what, QWidget *parent)
    : Chart(QString::fromLatin1(wordsOf(what).name), tr(wordsOf(what).title),
        tr(wordsOf(what).explanation), parent)
    , m_what(what)
{
    if (what == What::Latency) {
        xAxis->setScaleType(QCPAxis::stLogarithmic);
        xAxis->setTicker(QSharedPointer<DurationTicker>::create());
    } else {
        const auto ticker = QSharedPointer<TimeTicker>::create();
        ticker->setTickCount(ticksOfTime);
        xAxis->setTicker(ticker);
    }
    yAxis->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Any));
    yAxis->setLabel(tr(wordsOf(what).value));
}

QColor CurvesChart::colourOf(std::size_t curve) const
{
    return theme().worker(workerOf(curve));
}

void CurvesChart::setCurves(const QString &subject, std::vector<RunCurve> curves)
{
    m_subject = subject;
    m_curves = std::make_shared<const std::vector<RunCurve>>(std::move(curves));
    clearPlottables();
    for (const RunCurve &curve : *m_curves) {
        QCPGraph *graph = addGraph();
        graph->setAdaptiveSampling(false);
        graph->setLineStyle(m_what == What::Completion ? QCPGraph::lsLine : QCPGraph::lsStepLeft);
        graph->setData(curve.keys, curve.values, true);
    }
    setTheme(theme());
    fit();
    dataChanged();
}

void CurvesChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    for (int i = 0; i < graphCount(); ++i)
        graph(i)->setPen(QPen(colourOf(static_cast<std::size_t>(i)), 1.5));
}

Chart::DataWriter CurvesChart::dataWriter() const
{
    const char *key = m_what == What::Latency ? "duration_s" : "time_s";
    const char *value = m_what == What::Throughput ? "rate" : "percent";
    return
        [curves = m_curves, key, value](const std::filesystem::path &path, const ShouldContinue &) {
            return writeFile(path, csvOf(*curves, key, value));
        };
}

std::vector<Series> CurvesChart::series() const
{
    std::vector<Series> series;
    for (int i = 0; i < graphCount(); ++i) {
        const auto position = static_cast<std::size_t>(i);
        series.push_back({(*m_curves)[position].name, colourOf(position), graph(i)->visible(),
            Series::Use::Switch, LegendMarker::Line});
    }
    return series;
}

void CurvesChart::setSeriesVisible(std::size_t series, bool visible)
{
    graph(static_cast<int>(series))->setVisible(visible);
    emit seriesChanged();
    replotSoon();
}

void CurvesChart::fit()
{
    rescaleAxes();
    if (m_what == What::Latency)
        xAxis->scaleRange(1.05);
    else
        xAxis->setRange(0, std::max(xAxis->range().upper, 1.0));
    yAxis->setRange(0, std::max(yAxis->range().upper, 1e-9) * 1.08);
    replotSoon();
}

QString CurvesChart::textAt(const QPointF &position) const
{
    const double key = xAxis->pixelToCoord(position.x());
    QStringList lines{figureText(Duration(std::max(key, 0.0)))};
    for (const RunCurve &curve : *m_curves) {
        const auto after = std::upper_bound(curve.keys.begin(), curve.keys.end(), key);
        if (after == curve.keys.begin() || after == curve.keys.end())
            continue;
        const double value = curve.values[after - curve.keys.begin() - 1];
        lines << tr("%1: %2").arg(curve.name,
            m_what == What::Throughput ? figureText(Rate{value})
                                       : figureText(Share{value / percent}));
    }
    return lines.size() > 1 ? lines.join(u'\n') : QString();
}

} // namespace poolscope
