// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sessionbar.h"

#include "window/look.h"

#include <QHBoxLayout>
#include <QLabel>

namespace poolscope {

namespace {

constexpr int betweenLists = 250; // milliseconds; a list may have many lines
constexpr int fewestCharacters = 24;

} // namespace

SessionBar::SessionBar(RunController &controller, QWidget *parent)
    : QWidget(parent)
    , m_controller(controller)
    , m_runs(new QComboBox)
{
    auto *label = new QLabel(tr("&Runs of this session"));
    label->setBuddy(m_runs);
    m_runs->setObjectName(QStringLiteral("sessionRuns"));
    m_runs->setAccessibleName(tr("Runs of this session"));
    m_runs->setPlaceholderText(tr("No pool has been used yet"));
    m_runs->setToolTip(tr("Calls of pools in the watched command, in order of start. While it "
                          "runs, the newest is shown until another is chosen."));
    m_runs->setMaxVisibleItems(20);
    // The text of a line may be longer than the window.
    m_runs->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_runs->setMinimumContentsLength(fewestCharacters);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(label);
    layout->addWidget(m_runs, 1);
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
    while (m_runs->count() > count)
        m_runs->removeItem(m_runs->count() - 1);
    for (int run = 0; run < count; ++run) {
        const QString line = m_controller.runLine(static_cast<std::size_t>(run));
        if (run == m_runs->count())
            m_runs->addItem(line);
        else if (line != m_runs->itemText(run))
            m_runs->setItemText(run, line);
    }
    m_runs->setCurrentIndex(count > 0 ? static_cast<int>(m_controller.shownRun()) : -1);
}

} // namespace poolscope
