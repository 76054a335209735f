// SPDX-License-Identifier: GPL-3.0-or-later
// RunActions: the actions that start, pause, stop, open and save runs, each enabled while it is
// possible.
//
// The window connects the actions with the code that executes them.
#pragma once

#include "charts/theme.h"
#include "window/runcontroller.h"

#include <QAction>
#include <QObject>
#include <QString>

namespace poolscope {

/// The state of the window that decides which actions are possible.
struct RunSituation {
    RunController::State state = RunController::State::Idle;
    bool isMeasuring = false; ///< a page of the window makes its own runs
    bool waitsForFile = false; ///< the run file cannot be written
    bool hasFile = false; ///< the run that is shown has a run file, or can be saved
    bool isWatching = false; ///< a command is being watched
    QString problem = {}; ///< why no run can be started. Empty if one can

    bool isActive() const
    {
        return state != RunController::State::Idle && state != RunController::State::Ended;
    }
    bool isBusy() const { return isActive() || isMeasuring; }
};

class RunActions : public QObject {
    Q_OBJECT

public:
    /// The actions' keys work in the whole window.
    explicit RunActions(QWidget &window);

    QAction *start() const { return m_start; }
    QAction *pause() const { return m_pause; } ///< or resume
    QAction *stop() const { return m_stop; }
    QAction *sweep() const { return m_sweep; } ///< shows the page of the sweep
    QAction *watch() const { return m_watch; }
    QAction *open() const { return m_open; }
    QAction *save() const { return m_save; }

    /// The two texts of pause().
    static QStringList pauseTexts() { return {tr("&Pause"), tr("&Resume")}; }

    void setTheme(const Theme &theme);
    void setSituation(const RunSituation &situation);

private:
    void showPause(const RunSituation &situation);
    void showStart(const RunSituation &situation);

    QAction *m_start;
    QAction *m_pause;
    QAction *m_stop;
    QAction *m_sweep;
    QAction *m_watch;
    QAction *m_open;
    QAction *m_save;
    Theme m_theme;
};

} // namespace poolscope
