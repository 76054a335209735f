// SPDX-License-Identifier: GPL-3.0-or-later
// LimitsForm: a form for the limits of iterations and workers, and the number of failures that ends
// a run. Initially folded.
#pragma once

#include "spec/runspec.h"

#include <QToolButton>
#include <QWidget>
#include <vector>

namespace poolscope {

class OptionField;

class LimitsForm : public QWidget {
    Q_OBJECT

public:
    explicit LimitsForm(QWidget *parent = nullptr);

    void fill(PoolSpec &spec) const;
    /// Shows the limits, and unfolds the form if there are any.
    void setSpec(const PoolSpec &spec);
    /// The problem, in one line. Empty if there is none.
    QString problem() const;

signals:
    void changed();
    /// The user has unfolded the form.
    void unfolded();

private:
    void showTitle();
    void check();

    QToolButton *m_title;
    QWidget *m_folded;
    std::vector<OptionField *> m_fields;
};

} // namespace poolscope
