// SPDX-License-Identifier: GPL-3.0-or-later
// SessionBar: a card with the runs of a session in lists, to choose the one that is shown.
//
// One list has the lines of code whose calls are the runs. Another one has the calls from the
// chosen line, if there are several. Lines of few inputs are at the end. Hidden while the window
// shows a run without a session.
#pragma once

#include "window/runcontroller.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QWidget>
#include <vector>

namespace poolscope {

class SessionBar : public QWidget {
    Q_OBJECT

public:
    explicit SessionBar(RunController &controller, QWidget *parent = nullptr);

    /// Sets whether something runs, so that no other run can be shown.
    void setBusy(bool busy);
    /// Updates the lists, at most a few times a second.
    void update();

private:
    void showSession();
    void showRuns();
    void showLines(std::size_t chosen);
    void showCalls(const CallsOfLine &line);
    void chooseLine(int entry);
    QString lineText(const CallsOfLine &line) const;

    RunController &m_controller;
    QComboBox *m_lines;
    QComboBox *m_calls;
    std::vector<CallsOfLine> m_shownLines; ///< by entry of m_lines, and none for a separator
    QElapsedTimer m_sinceShown;
};

} // namespace poolscope
