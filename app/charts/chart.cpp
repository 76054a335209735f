// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart.h"

#include "charts/axisticker.h"
#include "charts/caption.h"
#include "charts/literaltext.h"

#include <QGuiApplication>
#include <QMouseEvent>
#include <QStyleHints>
#include <QToolTip>

namespace poolscope {

namespace {

// The last label of each axis needs space beyond the axis.
constexpr QMargins outerMargins(12, 10, 26, 6);
constexpr int labelPadding = 6;
constexpr int emptyMargin = 48;
constexpr double zoomFactor = 0.8; // for a notch of the wheel

QPen hairline(const QColor &colour)
{
    return QPen(colour, 1);
}

void applyTheme(QCPAxis *axis, const Theme &theme)
{
    axis->setBasePen(hairline(theme.border));
    axis->setTickPen(hairline(theme.border));
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLabelColor(theme.muted);
    axis->setLabelColor(theme.muted);
    axis->grid()->setPen(hairline(theme.grid));
    axis->grid()->setZeroLinePen(Qt::NoPen);
}

QString nameOf(ChartKind kind)
{
    const std::string_view name = chartName(kind);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

} // namespace

Chart::Chart(ChartKind kind, const QString &title, const QString &explanation, QWidget *parent)
    : Chart(nameOf(kind), title, explanation, parent, kind)
{
}

Chart::Chart(const QString &name, const QString &title, const QString &explanation, QWidget *parent)
    : Chart(name, title, explanation, parent, {})
{
}

Chart::Chart(const QString &name, const QString &title, const QString &explanation, QWidget *parent,
    std::optional<ChartKind> kind)
    : QCustomPlot(parent)
    , m_kind(kind)
    , m_name(name)
    , m_title(title)
    , m_explanation(explanation)
    , m_theme(Theme::of(Theme::Kind::Light))
    , m_emptyText(new QLabel(this))
    , m_crossHair(new QCPItemStraightLine(this))
{
    setAccessibleName(title);
    setAccessibleDescription(explanation);
    setFocusPolicy(Qt::WheelFocus);
    setMouseTracking(true);
    setNotAntialiasedElements(QCP::aeAxes | QCP::aeGrid | QCP::aeSubGrid | QCP::aeItems);
    setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    // QCustomPlot's own legend is never shown, and adding n plottables to it takes n * n steps.
    setAutoAddPlottableToLegend(false);
    plotLayout()->setMargins(QMargins(0, 0, 0, 0));
    axisRect()->setMinimumMargins(outerMargins);
    axisRect()->setRangeZoomFactor(zoomFactor);
    layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);

    m_emptyText->setText(explanation.section(QStringLiteral(". "), 0, 0) + QLatin1Char('.'));
    m_emptyText->setObjectName(QStringLiteral("muted"));
    m_emptyText->setAlignment(Qt::AlignCenter);
    m_emptyText->setWordWrap(true);
    m_emptyText->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_crossHair->setLayer(QStringLiteral("overlay"));
    m_crossHair->setVisible(false);
    m_clickTimer.setSingleShot(true);
    connect(&m_clickTimer, &QTimer::timeout, this, [this] {
        if (const auto index = std::exchange(m_clicked, std::nullopt))
            emit indexPicked(*index);
    });
    showEmptyText(true);
}

void Chart::setTheme(const Theme &theme)
{
    m_theme = theme;
    setBackground(QBrush(theme.surface));
    for (QCPAxis *axis : {xAxis, yAxis})
        styleAxis(axis);
    QPen crossHair = hairline(theme.muted);
    crossHair.setStyle(Qt::DashLine);
    m_crossHair->setPen(crossHair);
    emit seriesChanged();
    replotSoon();
}

void Chart::styleAxis(QCPAxis *axis) const
{
    applyTheme(axis, m_theme);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    axis->setTickLabelFont(small);
    axis->setLabelFont(small);
    axis->setTickLength(0, 3);
    axis->setTickLabelPadding(4);
    axis->setLabelPadding(labelPadding);
}

void Chart::setRecord(const RunRecord *record)
{
    m_record = record;
    m_clicked.reset();
    recordChanged();
    dataChanged();
}

void Chart::dataChanged()
{
    showEmptyText(!hasData());
    emit figureChanged();
    emit seriesChanged();
    replotSoon();
}

QString Chart::subject(const Moment &moment) const
{
    return settingsText(*m_record) + QStringLiteral(" \u00b7 ") + outcomeText(*m_record, moment);
}

Chart::DataWriter Chart::dataWriter() const
{
    return [kind = kind(), record = m_record](
               const std::filesystem::path &path, const ShouldContinue &shouldContinue) {
        return writeChartData(kind, *record, path, shouldContinue);
    };
}

bool Chart::refresh(const Moment &moment, std::chrono::nanoseconds budget)
{
    if (!m_record)
        return true;
    const Taken taken = takeNew(moment, std::chrono::steady_clock::now() + budget);
    if (taken.changed == Changed::Picture) {
        replot(QCustomPlot::rpQueuedReplot);
        emit figureChanged();
    }
    return taken.all;
}

void Chart::showEmptyText(bool show)
{
    m_emptyText->setVisible(show);
    for (QCPAxis *axis : {xAxis, yAxis})
        axis->setVisible(!show);
}

void Chart::replotSoon()
{
    replot(QCustomPlot::rpQueuedReplot);
    emit framesWanted();
}

void Chart::layOut(const QSize &size)
{
    setViewport(QRect(QPoint(), size));
    updateLayout();
}

void Chart::paintTo(QCPPainter *painter, const QSize &size)
{
    QCPLayer *overlay = layer(QStringLiteral("overlay"));
    overlay->setVisible(false);
    toPainter(painter, size.width(), size.height());
    overlay->setVisible(true);
    layOut(QWidget::size());
    replotSoon();
}

void Chart::setCrossHair(std::optional<double> key)
{
    m_crossHair->setVisible(key.has_value());
    if (key) {
        m_crossHair->point1->setCoords(*key, 0);
        m_crossHair->point2->setCoords(*key, 1);
    }
    layer(QStringLiteral("overlay"))->replot();
}

void Chart::mouseMoveEvent(QMouseEvent *event)
{
    QCustomPlot::mouseMoveEvent(event);
    const bool inside = hasData() && isOverPlot(event->position().toPoint());
    hovered(inside ? std::optional(event->position()) : std::nullopt);
    const QString text =
        inside && event->buttons() == Qt::NoButton ? textAt(event->position()) : QString();
    QToolTip::showText(event->globalPosition().toPoint(), literalToolTip(text), this);
    setCursor(inside && canBeClicked(event->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void Chart::mousePressEvent(QMouseEvent *event)
{
    m_pressedAt = event->position().toPoint();
    QToolTip::hideText();
    QCustomPlot::mousePressEvent(event);
}

void Chart::mouseReleaseEvent(QMouseEvent *event)
{
    QCustomPlot::mouseReleaseEvent(event);
    const QPoint moved = event->position().toPoint() - m_pressedAt;
    if (!hasData() || event->button() != Qt::LeftButton || moved.manhattanLength() > 3)
        return;
    m_clicked = indexAt(event->position());
    if (m_clicked)
        m_clickTimer.start(QGuiApplication::styleHints()->mouseDoubleClickInterval());
    else
        clicked(event->position());
}

void Chart::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressedAt = {INT_MIN / 4, INT_MIN / 4}; // the release of a double click is not a click
    m_clicked.reset();
    fit();
}

/// Moves the axes with the arrow keys, zooms with plus and minus, and shows all data with Home.
void Chart::keyPressEvent(QKeyEvent *event)
{
    constexpr double step = 0.15;
    const Qt::Orientations moves = axisRect()->rangeDrag();
    const auto move = [&](QCPAxis *axis, double by) {
        if (moves.testFlag(axis->orientation()))
            axis->moveRange(axis->range().size() * (axis->rangeReversed() ? -by : by));
    };
    const auto zoom = [&](double factor) {
        for (QCPAxis *axis : {xAxis, yAxis}) {
            if (moves.testFlag(axis->orientation()))
                axis->scaleRange(factor);
        }
    };
    switch (event->key()) {
    case Qt::Key_Left:
        move(xAxis, -step);
        break;
    case Qt::Key_Right:
        move(xAxis, step);
        break;
    case Qt::Key_Down:
        move(yAxis, -step);
        break;
    case Qt::Key_Up:
        move(yAxis, step);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(zoomFactor);
        break;
    case Qt::Key_Minus:
        zoom(1 / zoomFactor);
        break;
    case Qt::Key_Home:
        fit();
        break;
    default:
        QCustomPlot::keyPressEvent(event);
        return;
    }
    replotSoon();
}

void Chart::resizeEvent(QResizeEvent *event)
{
    QCustomPlot::resizeEvent(event);
    m_emptyText->setGeometry(rect().adjusted(emptyMargin, 0, -emptyMargin, 0));
}

void Chart::leaveEvent(QEvent *event)
{
    hovered(std::nullopt);
    QCustomPlot::leaveEvent(event);
}

TimeChart::TimeChart(ChartKind kind, const QString &title, const QString &explanation,
    TimeView &view, QWidget *parent)
    : Chart(kind, title, explanation, parent)
    , m_view(view)
{
    axisRect()->setRangeDrag(Qt::Horizontal);
    axisRect()->setRangeZoom(Qt::Horizontal);
    xAxis->setTicker(QSharedPointer<TimeTicker>::create());
    connect(xAxis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this,
        [this](const QCPRange &range) {
            if (m_isFollowingView)
                return;
            m_view.show({range.lower, range.upper});
            followView(); // the view may have stayed at its limit
        });
    connect(&m_view, &TimeView::rangeChanged, this, &TimeChart::followView);
    connect(&m_view, &TimeView::cursorChanged, this, [this] { setCrossHair(m_view.cursor()); });
    followView();
}

void TimeChart::fit()
{
    m_view.fit();
}

void TimeChart::hovered(std::optional<QPointF> position)
{
    m_view.setCursor(position ? std::optional(xAxis->pixelToCoord(position->x())) : std::nullopt);
}

void TimeChart::followView()
{
    const QScopedValueRollback following(m_isFollowingView, true);
    xAxis->setRange(m_view.range().begin, m_view.range().end);
    replotSoon();
}

} // namespace poolscope
