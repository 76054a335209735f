// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/runbar.h"

#include "window/forms/processcontrol.h"
#include "window/look.h"
#include "window/menus/runactions.h"

#include <algorithm>

namespace poolscope {

RunBar::RunBar(const RunActions &actions, QMenu *exportMenu, ProcessControl *processes)
    : QToolBar(tr("Run"))
    , m_actions(actions)
{
    setObjectName(QStringLiteral("toolBar"));
    setMovable(false);
    setContextMenuPolicy(Qt::PreventContextMenu);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIconSize({18, 18});
    addActions({actions.start(), actions.pause(), actions.stop()});
    widgetForAction(actions.start())->setObjectName(QStringLiteral("start"));
    widgetForAction(actions.pause())->setObjectName(QStringLiteral("pause"));
    widgetForAction(actions.stop())->setObjectName(QStringLiteral("stop"));
    addSeparator();
    addAction(actions.sweep());
    addSeparator();
    addExport(exportMenu);
    addSeparator();
    addActions({actions.open(), actions.save()});
    auto *space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(space);
    addWidget(processes);
    for (QAction *action : {actions.start(), actions.pause(), actions.stop(), actions.sweep(),
             actions.open(), actions.save()})
        widgetForAction(action)->setFocusPolicy(Qt::TabFocus);
}

void RunBar::addExport(QMenu *menu)
{
    m_export = new QToolButton;
    m_export->setObjectName(QStringLiteral("export"));
    m_export->setText(tr("Export"));
    m_export->setToolTip(tr("Export charts, outcomes or a report (Alt+E)"));
    m_export->setAccessibleName(tr("Export"));
    m_export->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_export->setPopupMode(QToolButton::InstantPopup);
    m_export->setMenu(menu);
    addWidget(m_export);
}

void RunBar::setTheme(const Theme &theme)
{
    m_export->setIcon(icon(QStringLiteral("export"), theme.text));
    fitPauseButton();
}

/// Makes the button as wide as its longer text, so that its neighbours do not move.
void RunBar::fitPauseButton()
{
    QAction *pause = m_actions.pause();
    QWidget *button = widgetForAction(pause);
    const QString shown = pause->text();
    button->setMinimumWidth(0);
    button->ensurePolished();
    int width = 0;
    for (const QString &text : RunActions::pauseTexts()) {
        pause->setText(text);
        width = std::max(width, button->sizeHint().width());
    }
    pause->setText(shown);
    button->setMinimumWidth(width);
}

} // namespace poolscope
