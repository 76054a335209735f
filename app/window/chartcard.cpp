// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/chartcard.h"

#include "window/look.h"

#include <QPainter>
#include <QVBoxLayout>

namespace poolscope {

namespace {

constexpr std::size_t mostButtons = 8; // of a legend; the rest is in a menu

bool looksTheSame(const std::vector<Series> &a, const std::vector<Series> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Series &x, const Series &y) {
        return x.name == y.name && x.colour == y.colour && x.visible == y.visible;
    });
}

} // namespace

void ElidedLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect(), static_cast<int>(alignment()),
        fontMetrics().elidedText(text(), Qt::ElideRight, width()));
}

ChartCard::ChartCard(Chart *chart, TimeView *view, QWidget *parent)
    : QFrame(parent)
    , m_chart(chart)
    , m_header(new QHBoxLayout)
    , m_legend(new QHBoxLayout)
    , m_figure(new ElidedLabel)
    , m_menuButton(new QToolButton)
    , m_menu(new QMenu(this))
{
    setObjectName(QStringLiteral("card"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, gridUnit, 1, gridUnit / 2);
    layout->setSpacing(0);
    layout->addLayout(m_header);
    layout->addLayout(m_legend);
    layout->addWidget(chart, 1);
    m_header->setContentsMargins(gridUnit * 3 / 2, 0, gridUnit, 0);
    m_header->setSpacing(gridUnit);
    m_legend->setContentsMargins(gridUnit, 2, gridUnit, 0);
    m_legend->setSpacing(2);
    buildHeader(view);
    buildMenu(view);
    updateLegend();
    connect(chart, &Chart::seriesChanged, this, &ChartCard::updateLegend);
    connect(chart, &Chart::figureChanged, this, [this] {
        const QString figure = m_chart->figure();
        if (figure == m_figure->text())
            return;
        m_figure->setText(figure);
        m_figure->setToolTip(figure);
        m_chart->setAccessibleDescription(figure + QLatin1Char('\n') + m_chart->explanation());
    });
}

void ChartCard::buildHeader(TimeView *view)
{
    auto *title = new QLabel(m_chart->title());
    title->setObjectName(QStringLiteral("cardTitle"));
    title->setToolTip(QStringLiteral("<p>%1</p>").arg(m_chart->explanation()));
    m_figure->setObjectName(QStringLiteral("figure"));
    m_figure->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_header->addWidget(title);
    m_header->addWidget(m_figure, 1);
    if (view) {
        auto *follow = new QToolButton;
        follow->setObjectName(QStringLiteral("follow"));
        follow->setText(tr("Follow"));
        follow->setToolTip(tr("Keep the newest in view again (F)"));
        follow->setAccessibleName(tr("Follow the run"));
        follow->setVisible(false);
        connect(follow, &QToolButton::clicked, view, &TimeView::follow);
        connect(view, &TimeView::followingChanged, follow,
            [follow](bool following) { follow->setVisible(!following); });
        m_header->addWidget(follow);
    }
    m_menuButton->setText(QStringLiteral("\u22ef"));
    m_menuButton->setToolTip(tr("What can be done with this chart"));
    m_menuButton->setAccessibleName(tr("Menu of %1").arg(m_chart->title()));
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    m_menuButton->setMenu(m_menu);
    m_header->addWidget(m_menuButton);
}

void ChartCard::buildMenu(TimeView *view)
{
    m_menu->addAction(tr("&Export\u2026"), this, &ChartCard::exportWanted);
    m_menu->addAction(tr("&Copy as picture"), this, &ChartCard::copyWanted);
    m_menu->addSeparator();
    m_menu->addAction(tr("Show &all of it\tdouble-click"), m_chart, &Chart::fit);
    if (view)
        m_menu->addAction(tr("&Follow the run\tF"), view, &TimeView::follow);
    m_chart->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_chart, &QWidget::customContextMenuRequested, this,
        [this](const QPoint &position) { m_menu->popup(m_chart->mapToGlobal(position)); });
}

void ChartCard::setTheme(const Theme &theme)
{
    m_chart->setTheme(theme);
}

void ChartCard::updateLegend()
{
    const std::vector<Series> series = m_chart->series();
    if (looksTheSame(series, m_shownSeries))
        return;
    m_shownSeries = series;
    while (QLayoutItem *item = m_legend->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    for (std::size_t i = 0; i < std::min(series.size(), mostButtons); ++i) {
        auto *button = new QToolButton;
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIconSize({10, 10});
        const QColor off = palette().color(QPalette::Mid);
        button->setIcon(swatch(series[i].visible ? series[i].colour : off, devicePixelRatioF()));
        button->setText(series[i].name);
        if (series[i].use == Series::Use::Switch) {
            button->setCheckable(true);
            button->setChecked(series[i].visible);
            button->setToolTip(tr("Show or hide: %1").arg(series[i].name));
            connect(button, &QToolButton::toggled, m_chart,
                [this, i](bool on) { m_chart->setSeriesVisible(i, on); });
        } else {
            button->setAttribute(Qt::WA_TransparentForMouseEvents);
            button->setFocusPolicy(Qt::NoFocus);
        }
        m_legend->addWidget(button);
    }
    if (series.size() > mostButtons) {
        auto *more = new QToolButton;
        more->setText(tr("%1 more").arg(series.size() - mostButtons));
        more->setToolTip(tr("Show or hide the others"));
        more->setPopupMode(QToolButton::InstantPopup);
        more->setMenu(restOfLegend(series, mostButtons));
        more->menu()->setParent(more, more->menu()->windowFlags());
        m_legend->addWidget(more);
    }
    m_legend->addStretch(1);
}

QMenu *ChartCard::restOfLegend(const std::vector<Series> &series, std::size_t from)
{
    auto *menu = new QMenu(this);
    menu->setStyleSheet(QStringLiteral("QMenu { menu-scrollable: 1; }"));
    for (std::size_t i = from; i < series.size(); ++i) {
        QAction *action =
            menu->addAction(swatch(series[i].colour, devicePixelRatioF()), series[i].name);
        action->setCheckable(true);
        action->setChecked(series[i].visible);
        connect(action, &QAction::toggled, m_chart,
            [this, i](bool on) { m_chart->setSeriesVisible(i, on); });
    }
    return menu;
}

} // namespace poolscope
