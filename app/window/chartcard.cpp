// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/chartcard.h"

#include "window/legend.h"
#include "window/look.h"

#include <QPainter>
#include <QStyle>
#include <QVBoxLayout>

namespace poolscope {

void ElidedLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    const bool fits = fontMetrics().horizontalAdvance(text()) <= width();
    const QString &shown = fits || m_shortText.isEmpty() ? text() : m_shortText;
    painter.drawText(rect(), static_cast<int>(alignment()),
        fontMetrics().elidedText(shown, Qt::ElideRight, width()));
}

ChartCard::ChartCard(Chart *chart, TimeView *view, QWidget *parent)
    : QFrame(parent)
    , m_chart(chart)
    , m_header(new QHBoxLayout)
    , m_figure(new ElidedLabel)
    , m_menuButton(new QToolButton)
    , m_menu(new QMenu(this))
{
    setObjectName(QStringLiteral("card"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, gridUnit, 1, gridUnit / 2);
    layout->setSpacing(0);
    layout->addLayout(m_header);
    auto *legendRow = new QHBoxLayout;
    legendRow->setContentsMargins(gridUnit, 2, gridUnit, 0);
    legendRow->addWidget(new Legend(chart));
    layout->addLayout(legendRow);
    layout->addWidget(chart, 1);
    m_header->setContentsMargins(gridUnit * 3 / 2, 0, gridUnit, 0);
    m_header->setSpacing(gridUnit);
    chart->installEventFilter(this);
    buildHeader(view);
    buildMenu(view);
    connect(chart, &Chart::figureChanged, this, [this] {
        const QString figure = m_chart->figure();
        if (figure == m_figure->text())
            return;
        m_figure->setText(figure);
        m_figure->setShortText(m_chart->shortFigure());
        setWrappedToolTip(m_figure, figure, tr("Figures of the chart"));
        m_chart->setAccessibleDescription(figure + QLatin1Char('\n') + m_chart->explanation());
    });
}

void ChartCard::buildHeader(TimeView *view)
{
    auto *title = new ElidedLabel(m_chart->title());
    title->setObjectName(QStringLiteral("cardTitle"));
    setWrappedToolTip(title, m_chart->explanation());
    m_figure->setObjectName(QStringLiteral("figure"));
    m_figure->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // the title has priority
    m_header->addWidget(title);
    m_header->addWidget(m_figure, 1);
    if (view) {
        auto *follow = new QToolButton;
        follow->setObjectName(QStringLiteral("follow"));
        follow->setText(tr("Follow"));
        follow->setToolTip(tr("Follow the run again (F)"));
        follow->setAccessibleName(tr("Follow the run"));
        follow->setVisible(false);
        connect(follow, &QToolButton::clicked, view, &TimeView::follow);
        connect(view, &TimeView::followingChanged, follow,
            [follow](bool following) { follow->setVisible(!following); });
        m_header->addWidget(follow);
    }
    m_menuButton->setText(QStringLiteral("\u22ef"));
    m_menuButton->setToolTip(tr("Export, copy or zoom this chart"));
    m_menuButton->setAccessibleName(tr("Menu of %1").arg(m_chart->title()));
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    m_menuButton->setMenu(m_menu);
    m_header->addWidget(m_menuButton);
}

void ChartCard::addControl(QWidget *control)
{
    m_header->insertWidget(m_header->indexOf(m_menuButton), control);
}

void ChartCard::buildMenu(TimeView *view)
{
    const QList<QAction *> needData{
        m_menu->addAction(tr("&Export\u2026"), this, &ChartCard::exportWanted),
        m_menu->addAction(tr("&Copy as picture"), this, &ChartCard::copyWanted)};
    connect(m_menu, &QMenu::aboutToShow, this, [this, needData] {
        for (QAction *action : needData)
            action->setEnabled(m_chart->hasData());
    });
    m_menu->addSeparator();
    m_menu->addAction(tr("Show &all of it\tdouble-click"), m_chart, &Chart::fit);
    if (view)
        m_menu->addAction(tr("&Follow the run\tF"), view, &TimeView::follow);
    m_chart->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_chart, &QWidget::customContextMenuRequested, this,
        [this](const QPoint &position) { m_menu->popup(m_chart->mapToGlobal(position)); });
}

/// Highlights the card while its chart has the keyboard focus.
bool ChartCard::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        setProperty("focused", event->type() == QEvent::FocusIn);
        style()->unpolish(this);
        style()->polish(this);
    }
    return QFrame::eventFilter(watched, event);
}

void ChartCard::setTheme(const Theme &theme)
{
    m_chart->setTheme(theme);
}

} // namespace poolscope
