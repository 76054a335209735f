// SPDX-License-Identifier: GPL-3.0-or-later
// SessionBar: a card with the runs of a session in a list, to choose the one that is shown.
//
// Hidden while the window shows a run without a session.
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

    /// Sets whether something runs, so that no other run can be shown.
    void setBusy(bool busy) { m_runs->setEnabled(!busy); }
    /// Updates the list, at most a few times a second.
    void update();

private:
    void showSession();
    void showRuns();

    RunController &m_controller;
    QComboBox *m_runs;
    QElapsedTimer m_sinceShown;
};

} // namespace poolscope
