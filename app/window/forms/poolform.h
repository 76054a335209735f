// SPDX-License-Identifier: GPL-3.0-or-later
// PoolForm: chunk, window, retries and limits. The number of workers has a control of its own.
#pragma once

#include "analysis/startcosts.h"
#include "pool/pool.h"
#include "spec/runspec.h"
#include "spec/taskspec.h"

#include <QSpinBox>
#include <QWidget>

class QComboBox;

namespace poolscope {

class FormField;
class LimitsForm;

class PoolForm : public QWidget {
    Q_OBJECT

public:
    explicit PoolForm(QWidget *parent = nullptr);

    /// Sets all but the number of workers.
    void fill(PoolSpec &spec) const;
    void setSpec(const PoolSpec &spec);
    /// What is wrong, in one line; empty: nothing.
    QString problem() const;
    /// Shows the settings that apply to this task.
    void setTask(const TaskSpec &task);
    /// Shows what is chosen where it is automatic.
    void showChosen(const PoolStatus &status);
    void showNothingChosen();
    /// Shows the cost of loading the task in the last run, if copies would share it. Shows nothing
    /// if the costs are unknown.
    void showLoading(const StartCosts &starts);

signals:
    void changed();
    void limitsUnfolded();

private:
    QSpinBox *m_chunk;
    QSpinBox *m_window;
    QSpinBox *m_retries;
    QComboBox *m_start;
    FormField *m_chunkField;
    FormField *m_windowField;
    FormField *m_startField;
    StartCosts m_starts;
    LimitsForm *m_limits;
};

} // namespace poolscope
