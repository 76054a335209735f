// SPDX-License-Identifier: GPL-3.0-or-later
// InputForm: which inputs the task is run on: a range of integers, or the lines of a file.
#pragma once

#include "input/inputspec.h"

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

namespace poolscope {

class FormField;
class KindPages;

class InputForm : public QWidget {
    Q_OBJECT

public:
    explicit InputForm(QWidget *parent = nullptr);

    InputSpec spec() const;
    void setSpec(const InputSpec &spec);
    void setLinesFile(const QString &path);
    /// What is wrong, in one line; empty for nothing.
    QString problem() const;

signals:
    void changed();

private:
    QWidget *makeRangePage();
    QWidget *makeLinesPage();
    void edited();
    void updateRange();
    void updateLines();
    std::string rangeText() const;

    KindPages *m_kind;
    QLineEdit *m_start;
    QLineEdit *m_stop;
    QLineEdit *m_step;
    FormField *m_rangeField;
    QLineEdit *m_path;
    FormField *m_pathField;
    QLabel *m_preview;
};

} // namespace poolscope
