// SPDX-License-Identifier: GPL-3.0-or-later
// RunBar: the tool bar, with the actions of a run, the export menu and the number of workers.
#pragma once

#include "charts/theme.h"

#include <QToolBar>
#include <QToolButton>

namespace poolscope {

class ProcessControl;
class RunActions;

class RunBar : public QToolBar {
    Q_OBJECT

public:
    RunBar(const RunActions &actions, QMenu *exportMenu, ProcessControl *processes);

    void setTheme(const Theme &theme);

private:
    void addExport(QMenu *menu);
    void fitPauseButton();

    const RunActions &m_actions;
    QToolButton *m_export = nullptr;
};

} // namespace poolscope
