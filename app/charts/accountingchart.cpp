// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/accountingchart.h"

#include "charts/caption.h"
#include "charts/causecolours.h"
#include "charts/figuretext.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr std::size_t chunksAtOnce = 20'000;
constexpr double barWidth = 0.78; // of the distance between bars
constexpr double legible = 0.005; // the smallest share with an entry in the legend
constexpr std::size_t mostNames = 16;

double shareOf(const CauseTimes &times, Cause cause)
{
    const auto whole = static_cast<double>(times.sum());
    return whole > 0 ? static_cast<double>(times[cause]) / whole : 0;
}

QString wordsOf(Cause cause, const Origin &origin)
{
    const std::string_view text = causeText(cause, origin);
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Returns a name of one or two words, or a longer text if runs of this origin have their own.
QString nameOf(Cause cause, const Origin &origin)
{
    if (causeText(cause, origin) != causeText(cause))
        return wordsOf(cause, origin);
    const std::string_view name = causeName(cause);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())).replace(u'_', u' ');
}

std::array<Cause, causeCount> allCauses()
{
    std::array<Cause, causeCount> causes{};
    for (std::size_t i = 0; i < causeCount; ++i)
        causes[i] = static_cast<Cause>(i);
    return causes;
}

} // namespace

AccountingChart::AccountingChart(QWidget *parent)
    : Chart(ChartKind::Accounting, tr("Where the time went"),
        tr("Each bar is the time of one worker from the first dispatch to the last outcome, by "
           "cause; the top bar is the whole pool. Green and blue are the task's own work, purple "
           "is dispatch, orange is waiting for a core that something else used, yellow is blocked "
           "time, and grey is time without work. The bar of a run that loses no time is green from "
           "end to end."),
        parent)
    , m_names(QSharedPointer<QCPAxisTickerText>::create())
{
    setInteractions(QCP::iNone);
    yAxis->setTicker(m_names);
    yAxis->setRangeReversed(true);
    yAxis->grid()->setVisible(false);
    xAxis->setLabel(tr("share of the time, %"));
    QCPBars *below = nullptr;
    for (QCPBars *&bars : m_bars) {
        bars = new QCPBars(yAxis, xAxis);
        bars->setWidth(barWidth);
        bars->setPen(Qt::NoPen);
        bars->setAntialiased(false);
        if (below)
            bars->moveAbove(below);
        below = bars;
    }
    connect(this, &QCustomPlot::afterLayout, this, [this] {
        if (barsPerName() == m_barsPerName)
            return;
        nameBars();
        replotSoon();
    });
    fit();
}

void AccountingChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    for (const Cause cause : allCauses())
        m_bars[static_cast<std::size_t>(cause)]->setBrush(causeColour(theme, cause));
}

/// Returns the causes that took most time.
QString AccountingChart::figure() const
{
    constexpr qsizetype mostShown = 3;
    QStringList parts;
    if (!record())
        return {};
    for (const Cause cause : causesByTime(m_accounting.times)) {
        const double share = shareOf(m_accounting.times, cause);
        if (share >= legible && parts.size() < mostShown)
            parts << figureText(Share{share}) + u' ' + nameOf(cause, record()->origin);
    }
    return parts.join(QStringLiteral(" \u00b7 "));
}

std::vector<Series> AccountingChart::series() const
{
    std::vector<Series> series;
    if (!record())
        return series;
    for (const Cause cause : allCauses()) {
        if (cause != Cause::Absent && shareOf(m_accounting.times, cause) >= legible)
            series.push_back({nameOf(cause, record()->origin), causeColour(theme(), cause), true,
                Series::Use::Key});
    }
    return series;
}

void AccountingChart::recordChanged()
{
    m_accountant.reset();
    m_accounting = {};
    m_verdict.reset();
    m_pass = {};
    if (record())
        m_accountant = std::make_unique<Accountant>(record()->timeline, conditions());
    fillBars();
}

RunConditions AccountingChart::conditions() const
{
    return conditionsOf(*record(), record()->machine.cores);
}

Chart::Taken AccountingChart::takeNew(
    const Moment &moment, std::chrono::steady_clock::time_point until)
{
    const PacedPass::Step step =
        m_pass.take(moment, until, [this] { return m_accountant->advance(chunksAtOnce); });
    if (step != PacedPass::Step::Fills)
        return {Changed::Nothing, step == PacedPass::Step::Waits};
    m_accounting = m_accountant->accounting();
    if (m_pass.isFinal() && m_accounting.makespan() > 0)
        m_verdict = verdictOf(*record(), m_accounting, conditions());
    fillBars();
    emit seriesChanged();
    return {Changed::Picture, true};
}

std::vector<AccountingChart::Bar> AccountingChart::bars() const
{
    std::vector<Bar> bars{{tr("pool"), &m_accounting.times}};
    for (const WorkerAccounting &worker : m_accounting.workers)
        bars.push_back({workerCell(*record(), worker.id), &worker.times});
    return bars;
}

void AccountingChart::fillBars()
{
    const std::vector<Bar> all = bars();
    QVector<double> places(static_cast<qsizetype>(all.size()));
    for (qsizetype i = 0; i < places.size(); ++i)
        places[i] = static_cast<double>(i);
    for (const Cause cause : allCauses()) {
        QVector<double> shares;
        for (const Bar &bar : all)
            shares << shareOf(*bar.times, cause) * percent;
        m_bars[static_cast<std::size_t>(cause)]->setData(places, shares, true);
    }
    nameBars();
    fit();
}

void AccountingChart::nameBars()
{
    const std::vector<Bar> all = bars();
    const std::size_t step = m_barsPerName = barsPerName();
    m_names->clear();
    m_names->addTick(0, all.front().name);
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (step <= 1 || i % step == 0)
            m_names->addTick(static_cast<double>(i), all[i].name);
    }
}

/// Returns the number of bars that share a name, so that names do not overlap.
std::size_t AccountingChart::barsPerName() const
{
    const int lineHeight = QFontMetrics(yAxis->tickLabelFont()).height();
    const auto room = static_cast<std::size_t>(std::max(axisRect()->height() / lineHeight, 1));
    const std::size_t most = std::min(mostNames, room);
    return (m_accounting.workers.size() + 1 + most - 1) / most;
}

void AccountingChart::fit()
{
    xAxis->setRange(0, percent);
    yAxis->setRange(-0.5, static_cast<double>(std::max<std::size_t>(bars().size(), 2)) - 0.5);
    replotSoon();
}

QString AccountingChart::textAt(const QPointF &position) const
{
    const std::vector<Bar> all = bars();
    const double place = std::round(yAxis->pixelToCoord(position.y()));
    if (place < 0 || place >= static_cast<double>(all.size()))
        return {};
    const Bar &bar = all[static_cast<std::size_t>(place)];
    const double wanted = xAxis->pixelToCoord(position.x()) / percent;
    double end = 0;
    for (const Cause cause : allCauses()) {
        const double share = shareOf(*bar.times, cause);
        end += share;
        if (share > 0 && wanted <= end)
            return QStringList{place > 0
                    ? workerName(*record(), workerOf(static_cast<std::size_t>(place) - 1))
                    : tr("the pool"),
                wordsOf(cause, record()->origin),
                tr("%1, %2").arg(
                    figureText(Duration((*bar.times)[cause])), figureText(Share{share}))}
                .join(u'\n');
    }
    return {};
}

} // namespace poolscope
