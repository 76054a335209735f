// SPDX-License-Identifier: GPL-3.0-or-later
// SessionBar: a card with the runs of a session in a list, to choose the one that is shown.
//
// Hidden while the window shows a run that is alone.
#pragma once

#include "window/runcontroller.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QWidget>

namespace poolscope {

class SessionBar : public QWidget {
    Q_OBJECT

public:
    explicit SessionBar(RunController &controller, QWidget *parent = nullptr);

    /// Sets whether something runs that keeps another run from being shown.
    void setBusy(bool busy) { m_runs->setEnabled(!busy); }
    /// Shows what is new; often called, seldom done.
    void update();

private:
    void showSession();
    void showRuns();

    RunController &m_controller;
    QComboBox *m_runs;
    QElapsedTimer m_sinceShown;
};

} // namespace poolscope
