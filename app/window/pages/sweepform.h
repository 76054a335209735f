// SPDX-License-Identifier: GPL-3.0-or-later
// SweepForm: the settings that a sweep measures, the number of repeats, and the file of the
// measurements.
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

    /// The plan as typed, or its error, which the form shows.
    Result<SweepPlan> plan() const { return parseSweep(typed(), OptionNaming::ByLabel); }
    OptionValues typed() const;
    void setTyped(const OptionValues &typed);
    /// The file of the measurements. Empty for an automatic name.
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
