// SPDX-License-Identifier: GPL-3.0-or-later
// RunOpener: opens and resumes the runs of files at the user's request.
#pragma once

#include "window/runcontroller.h"

#include <QObject>
#include <QString>
#include <functional>

namespace poolscope {

class MessageBar;

class RunOpener : public QObject {
    Q_OBJECT

public:
    /// Nothing is opened or resumed while `isBusy` returns true.
    RunOpener(RunController &controller, std::function<bool()> isBusy, MessageBar *message,
        QWidget *window);

    void askForFile();
    /// Shows the run of a file. Runs nothing.
    void open(const QString &path);
    void resume(const QString &path);

private:
    void askWhetherTaskMayHaveChanged(const QString &file);

    RunController &m_controller;
    std::function<bool()> m_isBusy;
    MessageBar *m_message;
    QWidget *m_window;
};

} // namespace poolscope
