// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sessionbar.h"

#include "window/look.h"

#include <QAbstractItemView>
#include <QFrame>
#include <QLabel>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <QVBoxLayout>
#include <algorithm>

namespace poolscope {

namespace {

constexpr int betweenLists = 250; // milliseconds, since a list may have many lines
constexpr int fewestCharacters = 24;
constexpr int textMargin = gridUnit; // of the text in the box
constexpr int listMargin = 8 * gridUnit; // beside the text of a line, with a scroll bar

/// A combo box that ends a text that does not fit in an ellipsis.
class ElidedComboBox : public QComboBox {
protected:
    void paintEvent(QPaintEvent *) override
    {
        QStylePainter painter(this);
        QStyleOptionComboBox option;
        initStyleOption(&option);
        if (currentIndex() < 0)
            option.currentText = placeholderText();
        const QRect room = style()->subControlRect(
            QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this);
        option.currentText =
            fontMetrics().elidedText(option.currentText, Qt::ElideRight, room.width() - textMargin);
        painter.drawComplexControl(QStyle::CC_ComboBox, option);
        painter.drawControl(QStyle::CE_ComboBoxLabel, option);
    }
};

} // namespace

SessionBar::SessionBar(RunController &controller, QWidget *parent)
    : QWidget(parent)
    , m_controller(controller)
    , m_runs(new ElidedComboBox)
{
    auto *label = new QLabel(tr("&Runs of this session"));
    label->setBuddy(m_runs);
    m_runs->setObjectName(QStringLiteral("sessionRuns"));
    m_runs->setAccessibleName(tr("Runs of this session"));
    m_runs->setPlaceholderText(tr("No pool has been used"));
    m_runs->setMaxVisibleItems(20);
    // A line may be wider than the card.
    m_runs->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_runs->setMinimumContentsLength(fewestCharacters);
    label->setObjectName(QStringLiteral("section"));
    auto *card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    auto *layout = new QVBoxLayout(card);
    layout->setContentsMargins(gridUnit * 3 / 2, gridUnit, gridUnit * 3 / 2, gridUnit * 3 / 2);
    layout->setSpacing(gridUnit);
    layout->addWidget(label);
    layout->addWidget(m_runs);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, gridUnit, 0); // as the cards below, which have a scroll bar
    outer->addWidget(card);
    connect(m_runs, &QComboBox::activated, &m_controller,
        [this](int run) { m_controller.showRun(static_cast<std::size_t>(run)); });
    connect(&m_controller, &RunController::sessionChanged, this, &SessionBar::showSession);
    connect(&m_controller, &RunController::stateChanged, this, &SessionBar::showSession);
    showSession();
}

void SessionBar::update()
{
    if (isVisible() && (!m_sinceShown.isValid() || m_sinceShown.elapsed() >= betweenLists))
        showRuns();
}

void SessionBar::showSession()
{
    setVisible(m_controller.hasSession());
    showRuns();
}

void SessionBar::showRuns()
{
    m_sinceShown.start();
    const auto count = static_cast<int>(m_controller.runCount());
    QString longest;
    while (m_runs->count() > count)
        m_runs->removeItem(m_runs->count() - 1);
    for (int run = 0; run < count; ++run) {
        const QString line = m_controller.runLine(static_cast<std::size_t>(run));
        longest = std::max(
            longest, line, [](const QString &a, const QString &b) { return a.size() < b.size(); });
        if (run == m_runs->count())
            m_runs->addItem(line);
        else if (line != m_runs->itemText(run))
            m_runs->setItemText(run, line);
    }
    m_runs->setCurrentIndex(count > 0 ? static_cast<int>(m_controller.shownRun()) : -1);
    m_runs->view()->setMinimumWidth(m_runs->fontMetrics().horizontalAdvance(longest) + listMargin);
    const QString shown = m_runs->currentText();
    QStringList tips;
    if (!shown.isEmpty())
        tips << shown + u'.';
    tips << tr("Calls of pools in the watched command, in order of start.");
    if (m_controller.isWatching())
        tips << tr("The newest is shown until another is chosen.");
    setWrappedToolTip(m_runs, tips.join(u' '));
}

} // namespace poolscope
