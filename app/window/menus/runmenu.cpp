// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/runmenu.h"

#include "charts/caption.h"
#include "charts/literaltext.h"
#include "window/forms/keptspecs.h"
#include "window/forms/processcontrol.h"
#include "window/menus/command.h"
#include "window/menus/runactions.h"

#include <QSettings>

namespace poolscope {

namespace {

const QString keepKey = QStringLiteral("run/keep");

} // namespace

RunMenu::RunMenu(QWidget &window, const RunActions &actions, ProcessControl &processes)
    : QMenu(tr("&Run"), &window)
{
    addActions({actions.start(), actions.pause(), actions.stop()});
    addSeparator();
    addProcessCommands(window, processes);
    addSeparator();
    addKeepRuns(window);
    addSeparator();
    addSpecs(window);
}

void RunMenu::addProcessCommands(QWidget &window, ProcessControl &processes)
{
    addCommand(window, *this, tr("&More processes"), {Qt::CTRL | Qt::Key_Up},
        [&processes] { processes.step(1); });
    addCommand(window, *this, tr("&Fewer processes"), {Qt::CTRL | Qt::Key_Down},
        [&processes] { processes.step(-1); });
}

void RunMenu::addKeepRuns(QWidget &window)
{
    m_keepRuns = addCommand(window, *this, tr("&Keep runs in the history"), {},
        [this] { QSettings().setValue(keepKey, keepsRuns()); });
    m_keepRuns->setCheckable(true);
    m_keepRuns->setChecked(QSettings().value(keepKey, true).toBool());
}

void RunMenu::addSpecs(QWidget &window)
{
    m_recent = addMenu(tr("R&ecent runs"));
    connect(m_recent, &QMenu::aboutToShow, this, &RunMenu::fillRecent);
    m_default = addCommand(window, *this, tr("&Default run"), {}, [this] { emit defaultChosen(); });
    addCommand(window, *this, tr("&Copy as command"), {Qt::CTRL | Qt::SHIFT | Qt::Key_C},
        [this] { emit copyWanted(); });
}

void RunMenu::fillRecent()
{
    m_recent->clear();
    for (const RunSpec &spec : recentSpecs()) {
        QAction *action = m_recent->addAction(withoutShortcut(settingsText(spec)));
        action->setToolTip(literalToolTip(commandText(spec)));
        connect(action, &QAction::triggered, this, [this, spec] { emit recentChosen(spec); });
    }
    if (m_recent->isEmpty())
        m_recent->addAction(tr("None yet"))->setEnabled(false);
}

void RunMenu::enableSpecs(bool enabled)
{
    m_recent->setEnabled(enabled);
    m_default->setEnabled(enabled);
}

} // namespace poolscope
