// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/sweepmap.h"

#include "charts/axisticker.h"
#include "charts/figuretext.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr double gap = 0.04; // of a field, on each side
constexpr double faintest = 0.10; // of the accent colour

QColor mixed(const QColor &from, const QColor &to, double share)
{
    const auto mix = [&](int a, int b) {
        return static_cast<int>(std::lround(a + (b - a) * share));
    };
    return {mix(from.red(), to.red()), mix(from.green(), to.green()), mix(from.blue(), to.blue())};
}

/// Returns the perceived brightness, from 0 to 1 (ITU-R BT.601).
double brightness(const QColor &colour)
{
    return 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF();
}

template <typename Value> double positionOf(const std::vector<Value> &values, const Value &value)
{
    return static_cast<double>(std::find(values.begin(), values.end(), value) - values.begin());
}

} // namespace

SweepMap::SweepMap(QWidget *parent)
    : SweepChart(QStringLiteral("sweep"), tr("Workers by chunk size"),
        tr("Each field is a setting, and its colour is the throughput: the deeper, the faster. A "
           "solid frame marks the fastest setting, a dashed one the setting with the fewest "
           "workers within 5% of it. If a whole column has one colour, the chunk size does not "
           "matter."),
        parent)
    , m_workers(QSharedPointer<QCPAxisTickerText>::create())
    , m_chunks(QSharedPointer<QCPAxisTickerText>::create())
{
    setInteractions(QCP::iNone);
    xAxis->setTicker(m_workers);
    yAxis->setTicker(m_chunks);
    xAxis->setLabel(tr("workers"));
    yAxis->setLabel(tr("chunk"));
    for (QCPAxis *axis : {xAxis, yAxis})
        axis->grid()->setVisible(false);
    connect(this, &QCustomPlot::beforeReplot, this, &SweepMap::hideWhatDoesNotFit);
}

std::vector<Series> SweepMap::series() const
{
    if (!hasData())
        return {};
    std::vector<Series> series{
        {tr("fastest"), theme().text, true, Series::Use::Key, LegendMarker::Line}};
    if (sweep().cheapest() != sweep().best())
        series.push_back({tr("cheapest within 5%"), theme().text, true, Series::Use::Key,
            LegendMarker::DashedLine});
    return series;
}

void SweepMap::fit()
{
    if (!hasData())
        return;
    xAxis->setRange(-0.5, static_cast<double>(sweep().plan.workers.size()) - 0.5);
    yAxis->setRange(-0.5, static_cast<double>(sweep().plan.chunks.size()) - 0.5);
    replotSoon();
}

void SweepMap::rebuild()
{
    for (const Field &field : m_fields) {
        removeItem(field.area);
        removeItem(field.text);
    }
    m_fields.clear();
    if (!hasData())
        return;
    nameAxes();
    for (const SweepCell &cell : sweep().result.cells)
        addField(cell);
    fit();
}

void SweepMap::nameAxes()
{
    m_workers->clear();
    for (const std::uint32_t workers : sweep().plan.workers)
        m_workers->addTick(positionOf(sweep().plan.workers, workers), QString::number(workers));
    m_chunks->clear();
    for (const auto &chunk : sweep().plan.chunks)
        m_chunks->addTick(positionOf(sweep().plan.chunks, chunk), chunkText(chunk));
}

QPointF SweepMap::placeOf(const SweepSetting &setting) const
{
    return {positionOf(sweep().plan.workers, setting.workers),
        positionOf(sweep().plan.chunks, setting.chunk)};
}

QColor SweepMap::colourOf(const SweepCell &cell) const
{
    const double most = sweep().best()->throughput.value;
    double least = most;
    for (const SweepCell &other : sweep().result.cells)
        least = std::min(least, other.throughput.value);
    const double value = cell.throughput.value;
    double share = most > 0 ? value / most : 0;
    if (least > 0 && most > muchApart * least)
        share = std::log(value / least) / std::log(most / least);
    return mixed(theme().surface, theme().accent, faintest + (1 - faintest) * share);
}

void SweepMap::addField(const SweepCell &cell)
{
    const QPointF place = placeOf(cell.setting);
    const QColor colour = colourOf(cell);
    auto *area = new QCPItemRect(this);
    area->topLeft->setCoords(place.x() - 0.5 + gap, place.y() + 0.5 - gap);
    area->bottomRight->setCoords(place.x() + 0.5 - gap, place.y() - 0.5 + gap);
    area->setBrush(colour);
    area->setPen(Qt::NoPen);
    if (&cell == sweep().best())
        area->setPen(QPen(theme().text, 2));
    else if (&cell == sweep().cheapest())
        area->setPen(QPen(theme().text, 2, Qt::DashLine));
    auto *text = new QCPItemText(this);
    text->position->setCoords(place);
    text->setText(unbroken(withoutUnit(Rate{cell.throughput.value})));
    text->setFont(xAxis->tickLabelFont());
    text->setColor(brightness(colour) > 0.5 ? QColor(0x10, 0x16, 0x1c) : QColor(Qt::white));
    m_fields.push_back({area, text});
}

/// Hides texts that are larger than their fields.
void SweepMap::hideWhatDoesNotFit()
{
    const double width = std::abs(xAxis->coordToPixel(1) - xAxis->coordToPixel(0));
    const double height = std::abs(yAxis->coordToPixel(1) - yAxis->coordToPixel(0));
    for (const Field &field : m_fields) {
        const QFontMetrics metrics(field.text->font());
        field.text->setVisible(metrics.horizontalAdvance(field.text->text()) < width * (1 - 2 * gap)
            && metrics.height() < height);
    }
}

QString SweepMap::textAt(const QPointF &position) const
{
    const QPointF place(std::round(xAxis->pixelToCoord(position.x())),
        std::round(yAxis->pixelToCoord(position.y())));
    for (const SweepCell &cell : sweep().result.cells) {
        if (placeOf(cell.setting) == place)
            return cellText(cell);
    }
    return {};
}

} // namespace poolscope
