// SPDX-License-Identifier: GPL-3.0-or-later
// PoolForm: a form for the settings of the pool, except for the number of workers (ProcessControl).
#pragma once

#include "analysis/startcosts.h"
#include "pool/pool.h"
#include "spec/runspec.h"
#include "spec/taskspec.h"

#include <QWidget>
#include <vector>

class QComboBox;

namespace poolscope {

class OptionField;
class LimitsForm;

class PoolForm : public QWidget {
    Q_OBJECT

public:
    explicit PoolForm(QWidget *parent = nullptr);

    /// Sets all but the number of workers.
    void fill(PoolSpec &spec) const;
    void setSpec(const PoolSpec &spec);
    /// The problem, in one line. Empty if there is none.
    QString problem() const;
    /// Shows the settings that apply to this task.
    void setTask(const TaskSpec &task);
    /// Shows the values that the pool has chosen for automatic settings.
    void showChosen(const PoolStatus &status);
    void showNothingChosen();
    /// Shows the cost of loading the task in the last run, if copies would share it. Shows nothing
    /// if the costs are unknown.
    void showLoading(const StartCosts &starts);

signals:
    void changed();
    void limitsUnfolded();

private:
    OptionField *add(const char *option);

    std::vector<OptionField *> m_fields; ///< all but the limits
    OptionField *m_chunk;
    OptionField *m_window;
    OptionField *m_start;
    StartCosts m_starts;
    LimitsForm *m_limits;
};

} // namespace poolscope
