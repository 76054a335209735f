// SPDX-License-Identifier: GPL-3.0-or-later
// TaskPage: the controls of a kind of task.
#pragma once

#include "spec/taskspec.h"

#include <QString>
#include <QStringList>
#include <QWidget>

namespace poolscope {

class TaskPage : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual TaskSpec spec() const = 0;
    /// Shows a task of its kind. False if it is of another. Nothing that the task names runs
    /// before trust().
    virtual bool setSpec(const TaskSpec &spec) = 0;
    /// The problem, in one line. Empty if none is known.
    virtual QString problem() const = 0;

    /// Whether what the task names may run to find out about it: the user has typed or chosen it,
    /// or has had it checked or started.
    virtual bool isTrusted() const { return true; }
    virtual void trust() { }

    /// The columns of an input. None if it is not a row of a table.
    virtual void setInputColumns(const QStringList &) { }

signals:
    void changed();
};

} // namespace poolscope
