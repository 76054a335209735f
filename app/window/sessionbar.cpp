// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sessionbar.h"

#include "window/look.h"
#include "window/sessiontext.h"

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

QComboBox *makeList(const QString &name)
{
    auto *list = new ElidedComboBox;
    list->setObjectName(name);
    list->setMaxVisibleItems(20);
    // A line may be wider than the card.
    list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    list->setMinimumContentsLength(fewestCharacters);
    return list;
}

/// Shows these lines of text in a list, and chooses one. An empty text is a separator.
void fill(QComboBox &list, const QStringList &lines, int chosen)
{
    while (list.count() > lines.size())
        list.removeItem(list.count() - 1);
    QString longest;
    for (int i = 0; i < lines.size(); ++i) {
        const bool isSeparator = lines[i].isEmpty();
        const bool wasSeparator = i < list.count()
            && list.itemData(i, Qt::AccessibleDescriptionRole).toString()
                == QStringLiteral("separator");
        if (i < list.count() && isSeparator != wasSeparator) {
            while (list.count() > i)
                list.removeItem(list.count() - 1);
        }
        if (i == list.count() && isSeparator)
            list.insertSeparator(i);
        else if (i == list.count())
            list.addItem(lines[i]);
        else if (!isSeparator && lines[i] != list.itemText(i))
            list.setItemText(i, lines[i]);
        if (lines[i].size() > longest.size())
            longest = lines[i];
    }
    list.setCurrentIndex(chosen);
    list.view()->setMinimumWidth(list.fontMetrics().horizontalAdvance(longest) + listMargin);
}

} // namespace

SessionBar::SessionBar(RunController &controller, QWidget *parent)
    : QWidget(parent)
    , m_controller(controller)
    , m_lines(makeList(QStringLiteral("sessionRuns")))
    , m_calls(makeList(QStringLiteral("sessionCalls")))
{
    auto *label = new QLabel(tr("&Runs of this session"));
    label->setBuddy(m_lines);
    m_lines->setAccessibleName(tr("Runs of this session"));
    m_lines->setPlaceholderText(tr("No pool has been used"));
    m_calls->setAccessibleName(tr("Calls from this line"));
    label->setObjectName(QStringLiteral("section"));
    auto *card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    auto *layout = new QVBoxLayout(card);
    layout->setContentsMargins(gridUnit * 3 / 2, gridUnit, gridUnit * 3 / 2, gridUnit * 3 / 2);
    layout->setSpacing(gridUnit);
    layout->addWidget(label);
    layout->addWidget(m_lines);
    layout->addWidget(m_calls);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, gridUnit, 0); // as the cards below, which have a scroll bar
    outer->addWidget(card);
    connect(m_lines, &QComboBox::activated, this, &SessionBar::chooseLine);
    connect(m_calls, &QComboBox::activated, this, [this](int entry) {
        const auto &line = m_shownLines[static_cast<std::size_t>(m_lines->currentIndex())];
        m_controller.showRun(line.calls[static_cast<std::size_t>(entry)]);
    });
    connect(&m_controller, &RunController::sessionChanged, this, &SessionBar::showSession);
    connect(&m_controller, &RunController::stateChanged, this, &SessionBar::showSession);
    showSession();
}

void SessionBar::setBusy(bool busy)
{
    m_lines->setEnabled(!busy);
    m_calls->setEnabled(!busy);
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
    std::vector<ListedCall> calls;
    for (std::size_t run = 0; run < m_controller.runCount(); ++run)
        calls.push_back(m_controller.listedCall(run));
    m_shownLines = callsByLine(calls);
    const auto minor = std::ranges::find_if(m_shownLines, &CallsOfLine::isMinor);
    if (minor != m_shownLines.end())
        m_shownLines.insert(minor, CallsOfLine()); // the separator
    const auto chosen = std::ranges::find_if(m_shownLines, [this](const CallsOfLine &line) {
        return std::ranges::binary_search(line.calls, m_controller.shownRun());
    });
    showLines(static_cast<std::size_t>(chosen - m_shownLines.begin()));
    if (chosen != m_shownLines.end())
        showCalls(*chosen);
    m_calls->setVisible(chosen != m_shownLines.end() && chosen->calls.size() > 1);
}

void SessionBar::showLines(std::size_t chosen)
{
    QStringList texts;
    for (const CallsOfLine &line : m_shownLines)
        texts << lineText(line);
    fill(*m_lines, texts, chosen < m_shownLines.size() ? static_cast<int>(chosen) : -1);
    const QString shown = m_lines->currentText();
    QStringList tips;
    if (!shown.isEmpty())
        tips << shown + u'.';
    tips << tr("Lines of code that called pools in the watched command, in order of their first "
               "calls. Lines with fewer than 8 inputs are at the end.");
    if (m_controller.isWatching())
        tips << tr("The newest call is shown until another is chosen.");
    setWrappedToolTip(m_lines, tips.join(u' '));
}

void SessionBar::showCalls(const CallsOfLine &line)
{
    QStringList texts;
    int chosen = -1;
    for (const std::size_t run : line.calls) {
        if (run == m_controller.shownRun())
            chosen = static_cast<int>(texts.size());
        texts << tr("Call %1: %2").arg(texts.size() + 1).arg(m_controller.runFigures(run));
    }
    fill(*m_calls, texts, chosen);
    setWrappedToolTip(
        m_calls, tr("Calls from the line of code above, in the order in which they started."));
}

QString SessionBar::lineText(const CallsOfLine &line) const
{
    if (line.calls.empty())
        return {};
    if (line.calls.size() == 1)
        return m_controller.runLine(line.calls.front());
    std::uint64_t inputs = 0;
    for (const std::size_t run : line.calls)
        inputs += m_controller.listedCall(run).inputs;
    return sessionLine(
        *m_controller.listedCall(line.calls.front()).call, line.calls.size(), inputs);
}

/// Shows the last call from a line, unless one of its calls is shown already.
void SessionBar::chooseLine(int entry)
{
    const CallsOfLine &line = m_shownLines[static_cast<std::size_t>(entry)];
    if (line.calls.empty())
        return;
    const bool isShown = std::ranges::binary_search(line.calls, m_controller.shownRun());
    m_controller.showRun(isShown ? m_controller.shownRun() : line.calls.back());
}

} // namespace poolscope
