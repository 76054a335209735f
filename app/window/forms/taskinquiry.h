// SPDX-License-Identifier: GPL-3.0-or-later
// TaskInquiry: asks about the task that a form shows, on another thread, a moment after the last
// key.
//
// A question can run code that the task names: an interpreter, a package, a library. A task from a
// file is therefore locked. No question is asked about a locked task, and a line explains this
// beside a button that checks the task.
#pragma once

#include "run/background.h"

#include <QTimer>
#include <QWidget>
#include <functional>

namespace poolscope {

class TaskInquiry : public QWidget {
    Q_OBJECT

public:
    /// Shows the findings. Runs on the form's thread, unless the task was edited meanwhile.
    using Answer = std::function<void()>;
    /// Runs on another thread.
    using Question = std::function<Answer(const StillWanted &)>;

    /// `checkTip` describes what the button runs.
    explicit TaskInquiry(const QString &checkTip = {});

    void lock();
    void unlock();
    bool isLocked() const { return m_isLocked; }

    /// Emits due() in a moment, unless the task is locked. To be called when the task was edited.
    void askSoon();
    void ask(const Question &question);
    /// Drops the question. Its answer is not reported.
    void drop();

signals:
    /// The task has not been edited for a moment. The caller may ask().
    void due();
    /// The button was pressed, and the task is not locked any more.
    void checkWanted();

private:
    bool m_isLocked = false;
    QTimer m_timer;
    LatestJob m_latest;
};

} // namespace poolscope
