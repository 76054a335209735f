// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/legend.h"

#include "charts/literaltext.h"
#include "window/look.h"

#include <QMenu>
#include <QStyleOptionToolButton>
#include <QStylePainter>

namespace poolscope {

namespace {

constexpr std::size_t mostButtons = 32;
constexpr int gap = 4;
constexpr int markerGap = 5; // between a marker and its name
constexpr int padding = 5; // at either side
constexpr int widestEntry = 240;

QString shortened(const QString &name, const QFontMetrics &metrics)
{
    return metrics.elidedText(name, Qt::ElideRight, widestEntry);
}

bool operator==(const Series &a, const Series &b)
{
    return a.name == b.name && a.colour == b.colour && a.visible == b.visible && a.use == b.use
        && a.marker == b.marker;
}

/// A button that lays out its marker and name, which styles place too close to each other.
class LegendButton : public QToolButton {
public:
    using QToolButton::QToolButton;

    QSize sizeHint() const override
    {
        return {2 * padding + markerSize + markerGap
                + fontMetrics().size(Qt::TextShowMnemonic, text()).width(),
            QToolButton::sizeHint().height()};
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QStylePainter painter(this);
        QStyleOptionToolButton option;
        initStyleOption(&option);
        option.text.clear();
        option.icon = {};
        painter.drawComplexControl(QStyle::CC_ToolButton, option);
        const QRect marker(padding, (height() - markerSize) / 2, markerSize, markerSize);
        icon().paint(&painter, marker);
        const bool isOff = isCheckable() && !isChecked();
        painter.setPen(palette().color(isOff ? QPalette::PlaceholderText : QPalette::WindowText));
        painter.drawText(rect().adjusted(marker.right() + 1 + markerGap, 0, 0, 0),
            Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic, text());
    }
};

} // namespace

Legend::Legend(Chart *chart, QWidget *parent)
    : QWidget(parent)
    , m_chart(chart)
    , m_rest(new QToolButton(this))
{
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_rest->setPopupMode(QToolButton::InstantPopup);
    m_rest->setMenu(new QMenu(m_rest));
    m_rest->setToolTip(tr("The rest of the legend"));
    connect(m_rest->menu(), &QMenu::aboutToShow, this, &Legend::fillRest);
    connect(chart, &Chart::seriesChanged, this, &Legend::followSeries);
    followSeries();
}

QSize Legend::sizeHint() const
{
    return {0, m_rest->sizeHint().height()};
}

void Legend::resizeEvent(QResizeEvent *)
{
    arrange();
}

void Legend::followSeries()
{
    const std::vector<Series> series = m_chart->series();
    if (std::equal(series.begin(), series.end(), m_series.begin(), m_series.end(),
            [](const Series &a, const Series &b) { return a == b; }))
        return;
    const bool sameEntries = std::equal(series.begin(), series.end(), m_series.begin(),
        m_series.end(), [](const Series &a, const Series &b) { return a.name == b.name; });
    m_series = series;
    if (sameEntries) {
        for (std::size_t i = 0; i < m_buttons.size(); ++i)
            showState(m_buttons[i], series[i]);
        return;
    }
    for (QToolButton *button : m_buttons)
        button->deleteLater();
    m_buttons.clear();
    for (std::size_t i = 0; i < std::min(series.size(), mostButtons); ++i)
        m_buttons.push_back(makeButton(series[i], i));
    arrange();
}

QToolButton *Legend::makeButton(const Series &series, std::size_t number)
{
    auto *button = new LegendButton(this);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize({markerSize, markerSize});
    button->setText(withoutShortcut(shortened(series.name, button->fontMetrics())));
    button->setAccessibleName(series.name);
    if (series.use == Series::Use::Key) {
        button->setAttribute(Qt::WA_TransparentForMouseEvents);
        button->setFocusPolicy(Qt::NoFocus);
        setWrappedToolTip(button, series.name, tr("Legend"));
    } else {
        button->setCheckable(true);
        setWrappedToolTip(button, tr("Show or hide: %1").arg(series.name));
        connect(button, &QToolButton::toggled, m_chart,
            [this, number](bool on) { m_chart->setSeriesVisible(number, on); });
    }
    showState(button, series);
    return button;
}

void Legend::showState(QToolButton *button, const Series &series) const
{
    button->setIcon(iconOf(series));
    if (button->isCheckable() && button->isChecked() != series.visible)
        button->setChecked(series.visible);
}

QIcon Legend::iconOf(const Series &series) const
{
    const QColor off = palette().color(QPalette::Mid);
    const QColor colour = series.visible ? series.colour : off;
    return markerPixmap(series.marker, colour, off, devicePixelRatioF());
}

void Legend::arrange()
{
    int x = 0;
    m_shown = 0;
    const auto place = [&](QToolButton *button) {
        const QSize size = button->sizeHint();
        button->setGeometry(x, 0, size.width(), size.height());
        button->show();
        x += size.width() + gap;
    };
    m_rest->setText(tr("%1 more").arg(m_series.size()));
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        const bool last = i + 1 == m_series.size();
        const int reserved = last ? 0 : m_rest->sizeHint().width();
        if (m_shown < i || x + m_buttons[i]->sizeHint().width() + reserved > width()) {
            m_buttons[i]->hide();
            continue;
        }
        place(m_buttons[i]);
        m_shown = i + 1;
    }
    m_rest->setVisible(m_shown < m_series.size());
    m_rest->setText(tr("%1 more").arg(m_series.size() - m_shown));
    if (m_shown < m_series.size())
        place(m_rest);
}

void Legend::fillRest()
{
    QMenu *menu = m_rest->menu();
    menu->clear();
    for (std::size_t i = m_shown; i < m_series.size(); ++i) {
        QAction *action = menu->addAction(
            iconOf(m_series[i]), withoutShortcut(shortened(m_series[i].name, menu->fontMetrics())));
        if (m_series[i].use == Series::Use::Key)
            continue;
        action->setCheckable(true);
        action->setChecked(m_series[i].visible);
        connect(action, &QAction::toggled, m_chart,
            [this, i](bool on) { m_chart->setSeriesVisible(i, on); });
    }
}

} // namespace poolscope
