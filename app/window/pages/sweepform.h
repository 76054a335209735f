// SPDX-License-Identifier: GPL-3.0-or-later
// SweepForm: which settings a sweep is to measure, how often, and where that is kept.
#pragma once

#include "run/sweeparguments.h"

#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QWidget>

namespace poolscope {

class SweepForm : public QWidget {
    Q_OBJECT

public:
    explicit SweepForm(QWidget *parent = nullptr);

    /// As it is typed; what is wrong stands in the form.
    Result<SweepPlan> plan() const { return parseSweep(typed(), OptionNaming::ByLabel); }
    OptionValues typed() const;
    void setTyped(const OptionValues &typed);
    /// The file that keeps it; empty: one that is named by itself.
    QString file() const { return m_file->text().trimmed(); }
    void setFile(const QString &file) { m_file->setText(file); }

signals:
    void changed();

private:
    void check();

    QLineEdit *m_workers;
    QLineEdit *m_chunks;
    QSpinBox *m_repeats;
    QLineEdit *m_file;
    QLabel *m_problem;
};

} // namespace poolscope
