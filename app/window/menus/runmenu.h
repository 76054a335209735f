// SPDX-License-Identifier: GPL-3.0-or-later
// RunMenu: a menu of the actions of a run, and of specs.
#pragma once

#include "spec/runspec.h"

#include <QMenu>

namespace poolscope {

class ProcessControl;
class RunActions;

class RunMenu : public QMenu {
    Q_OBJECT

public:
    /// The menu's keys work in the whole window.
    RunMenu(QWidget &window, const RunActions &actions, ProcessControl &processes);

    /// Whether runs are stored in the history.
    bool keepsRuns() const { return m_keepRuns->isChecked(); }
    /// Sets whether specs can be chosen. They set the number of workers, which would resize a run.
    void enableSpecs(bool enabled);

signals:
    void defaultChosen();
    /// The user has chosen a spec that was run before.
    void recentChosen(const poolscope::RunSpec &spec);
    void copyWanted();

private:
    void addProcessCommands(QWidget &window, ProcessControl &processes);
    void addKeepRuns(QWidget &window);
    void addSpecs(QWidget &window);
    void fillRecent();

    QAction *m_keepRuns = nullptr;
    QMenu *m_recent = nullptr;
    QAction *m_default = nullptr;
};

} // namespace poolscope
