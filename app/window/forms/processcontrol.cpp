// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/processcontrol.h"

#include "window/forms/optiontext.h"
#include "window/look.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr int coresOnSlider = 4; // times the usable cores
constexpr double handleRadius = 7;

} // namespace

CoreSlider::CoreSlider(int cores, QWidget *parent)
    : QSlider(Qt::Horizontal, parent)
    , m_cores(cores)
{
    setRange(1, std::max(2, coresOnSlider * cores));
    setPageStep(cores);
    setMinimumWidth(120);
    setMaximumWidth(260);
    setMinimumHeight(30);
    setFocusPolicy(Qt::StrongFocus);
}

double CoreSlider::positionOf(int value) const
{
    const double share = static_cast<double>(value - minimum()) / (maximum() - minimum());
    return handleRadius + 1 + share * (width() - 2 * handleRadius - 2);
}

int CoreSlider::valueAt(double x) const
{
    const double share = (x - handleRadius - 1) / (width() - 2 * handleRadius - 2);
    const auto value = minimum() + std::lround(share * (maximum() - minimum()));
    return std::clamp(static_cast<int>(value), minimum(), maximum());
}

void CoreSlider::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPalette &colours = palette();
    const double middle = height() / 2.0 - 2;
    const QColor accent =
        colours.color(isEnabled() ? QPalette::Highlight : QPalette::PlaceholderText);
    const double handle = positionOf(value());
    const auto groove = [&](double from, double to, const QColor &colour) {
        painter.setPen(QPen(colour, 4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(from, middle), QPointF(to, middle));
    };
    groove(positionOf(minimum()), positionOf(maximum()), colours.color(QPalette::Mid));
    groove(positionOf(minimum()), handle, accent);

    const double cores = positionOf(m_cores);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.color(QPalette::PlaceholderText));
    painter.drawPolygon(QPolygonF{QPointF(cores, middle + 8), QPointF(cores - 4, middle + 14),
        QPointF(cores + 4, middle + 14)});

    painter.setPen(
        QPen(hasFocus() ? colours.color(QPalette::Text) : colours.color(QPalette::Base), 2));
    painter.setBrush(accent);
    painter.drawEllipse(QPointF(handle, middle), handleRadius, handleRadius);
}

void CoreSlider::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        setValue(valueAt(event->position().x()));
}

void CoreSlider::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        setValue(valueAt(event->position().x()));
}

ProcessControl::ProcessControl(int cores, QWidget *parent)
    : QWidget(parent)
    , m_slider(new CoreSlider(cores))
    , m_spin(new QSpinBox)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    auto *label = new QLabel(tr("Processes"));
    label->setBuddy(m_spin);
    m_spin->setKeyboardTracking(false); // typing "12" does not set 1 first
    const Option &workers = runOption("--workers");
    m_spin->setRange(static_cast<int>(workers.range.least), static_cast<int>(workers.range.most));
    m_tip = tr("%1 The mark is at the %2 usable cores. During a run, workers join at "
               "once and leave after their chunk (Ctrl+Up, Ctrl+Down).")
                .arg(optionToolTip(workers))
                .arg(cores);
    for (QWidget *widget : {static_cast<QWidget *>(m_slider), static_cast<QWidget *>(m_spin)})
        widget->setAccessibleName(tr("Number of worker processes"));
    setLocked({});
    m_slider->setObjectName(QStringLiteral("processSlider"));
    m_spin->setObjectName(QStringLiteral("processes"));
    m_spin->setFixedWidth(spinWidth);
    layout->addStretch(1);
    layout->addWidget(label);
    layout->addWidget(m_slider, 100);
    layout->addWidget(m_spin);
    connect(m_slider, &QSlider::valueChanged, m_spin, [this](int value) {
        // The slider ends earlier than the box.
        if (value < m_slider->maximum() || m_spin->value() < value)
            m_spin->setValue(value);
    });
    connect(m_spin, &QSpinBox::valueChanged, this, [this](int value) {
        m_slider->setValue(std::min(value, m_slider->maximum()));
        emit countChanged(value);
    });
}

void ProcessControl::setCount(int count)
{
    m_spin->setValue(count);
}

void ProcessControl::step(int by)
{
    if (m_spin->isEnabled())
        setCount(count() + by);
}

void ProcessControl::setLocked(const QString &reason)
{
    const QString &tip = reason.isEmpty() ? m_tip : reason;
    for (QWidget *widget : {static_cast<QWidget *>(m_slider), static_cast<QWidget *>(m_spin)}) {
        widget->setEnabled(reason.isEmpty());
        widget->setToolTip(tip);
        widget->setAccessibleDescription(tip);
    }
}

} // namespace poolscope
