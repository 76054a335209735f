// SPDX-License-Identifier: GPL-3.0-or-later
// RunPanel: the form of the next run. It edits a RunSpec, and nothing else.
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

    /// All but the number of workers, which the toolbar has.
    RunSpec spec() const;
    void setSpec(const RunSpec &spec);
    /// Whether what the task names may run to find out about it; see TaskPage.
    bool isTaskTrusted() const;
    void trustTask();
    /// A Python file becomes the task, any other file the input.
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
