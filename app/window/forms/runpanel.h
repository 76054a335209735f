// SPDX-License-Identifier: GPL-3.0-or-later
// RunPanel: a form for the spec of the next run.
#pragma once

#include "pool/pool.h"
#include "record/runrecord.h"
#include "spec/runspec.h"

#include <QScrollArea>
#include <optional>

namespace poolscope {

class InputForm;
class PoolForm;
class TaskForm;

class RunPanel : public QScrollArea {
    Q_OBJECT

public:
    explicit RunPanel(QWidget *parent = nullptr);

    /// The spec without the number of workers, which the tool bar has.
    RunSpec spec() const;
    void setSpec(const RunSpec &spec);
    /// Whether code of the task may run to check the task. See TaskPage.
    bool isTaskTrusted() const;
    void trustTask();
    /// Uses a Python file as the task, and any other file as the input.
    void takeFile(const QString &path);
    /// The reason why a run cannot be started, in one line. Empty if it can.
    QString problem() const;
    /// Shows the automatic settings that the pool has chosen. Nothing if no run is active.
    void showChosen(const std::optional<PoolStatus> &status);
    /// Shows the cost of loading the task, if this is a run of the task in the form. Null if there
    /// is no run.
    void showLoading(const RunRecord *record);

signals:
    void changed();

private:
    void reserveScrollBar();
    void showLimits();

    TaskForm *m_task;
    InputForm *m_input;
    PoolForm *m_pool;
};

} // namespace poolscope
