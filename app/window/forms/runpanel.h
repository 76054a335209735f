// SPDX-License-Identifier: GPL-3.0-or-later
// RunPanel: the form of what is started next, a command to watch or a run of a task.
#pragma once

#include "pool/pool.h"
#include "record/runrecord.h"
#include "spec/runspec.h"
#include "window/watchcontroller.h"

#include <QScrollArea>
#include <QTabBar>
#include <optional>

class QSettings;

namespace poolscope {

class InputForm;
class PoolForm;
class TaskForm;
class WatchForm;

class RunPanel : public QScrollArea {
    Q_OBJECT

public:
    /// The page of the form that is shown, which Start starts.
    enum class Kind { Watch, Task };

    explicit RunPanel(QWidget *parent = nullptr);

    Kind kind() const { return static_cast<Kind>(m_kinds->currentIndex()); }
    void setKind(Kind kind) { m_kinds->setCurrentIndex(static_cast<int>(kind)); }
    /// Shows the kind that was saved, or another if there is none.
    void restoreKind(const QSettings &settings, Kind otherwise);
    void saveKind(QSettings &settings) const;
    /// Shows the form for a command, filled in with this one.
    void setCommand(const WatchRequest &request);
    /// Shows the form for a command, with the keyboard focus in its field.
    void askForCommand();
    WatchForm &watchForm() { return *m_watch; }
    const WatchForm &watchForm() const { return *m_watch; }

    /// The spec without the number of workers, which the tool bar has.
    RunSpec spec() const;
    void setSpec(const RunSpec &spec); ///< of Kind::Task
    /// Whether code of the task may run to check the task. See TaskPage.
    bool isTaskTrusted() const;
    void trustTask();
    /// Uses a Python file as the command or the task, and any other file as the input.
    void takeFile(const QString &path);
    /// The reason why nothing can be started, in one line. Empty if it can.
    QString problem() const;
    /// Shows the automatic settings that the pool has chosen. Nothing if no run is active.
    void showChosen(const std::optional<PoolStatus> &status);
    /// Shows the cost of loading the task, if this is a run of the task in the form. Null if there
    /// is no run.
    void showLoading(const RunRecord *record);

signals:
    void changed();

private:
    void connectForms();
    void showKind();
    void reserveScrollBar();
    void showLimits();

    QTabBar *m_kinds;
    WatchForm *m_watch;
    TaskForm *m_task;
    InputForm *m_input;
    PoolForm *m_pool;
    QWidgetList m_watchCards;
    QWidgetList m_taskCards;
};

} // namespace poolscope
