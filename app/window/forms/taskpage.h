// SPDX-License-Identifier: GPL-3.0-or-later
// TaskPage: the base of the pages for kinds of tasks.
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
    /// Shows a task. Returns false if it is of another kind. No code of the task runs before
    /// trust().
    virtual bool setSpec(const TaskSpec &spec) = 0;
    /// The problem, in one line. Empty if none is known.
    virtual QString problem() const = 0;

    /// Whether code of the task may run to check the task, since the user has typed, chosen,
    /// checked or started it.
    virtual bool isTrusted() const { return true; }
    virtual void trust() { }

    /// Sets the columns of an input. None if inputs are not rows of a table.
    virtual void setInputColumns(const QStringList &) { }

signals:
    void changed();
};

} // namespace poolscope
