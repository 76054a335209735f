// SPDX-License-Identifier: GPL-3.0-or-later
// InputForm: a form for the inputs of the task, which are a range of integers, the lines of a file,
// the rows of a CSV file, or files.
#pragma once

#include "spec/inputspec.h"

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

namespace poolscope {

class CsvPage;
class FilesPage;
class FormField;
class KindPages;

class InputForm : public QWidget {
    Q_OBJECT

public:
    explicit InputForm(QWidget *parent = nullptr);

    InputSpec spec() const;
    void setSpec(const InputSpec &spec);
    /// Chooses a file of rows or lines, by the ending of its name.
    void setFile(const QString &path);
    /// The problem, in one line. Empty if there is none.
    QString problem() const;
    /// The columns of the CSV file. Empty for any other input.
    QStringList columns() const;

signals:
    void changed();

private:
    QWidget *makeRangePage();
    QWidget *makeLinesPage();
    void setLinesFile(const QString &path);
    void edited();
    void updateRange();
    QString rangeProblem() const;
    const QWidget *wrongOfRange() const;
    void updateLines();
    std::string rangeText() const;
    LinesInput lines() const;

    KindPages *m_kind;
    QLineEdit *m_start;
    QLineEdit *m_stop;
    QLineEdit *m_step;
    FormField *m_rangeField;
    QLineEdit *m_path;
    FormField *m_pathField;
    QLabel *m_preview;
    CsvPage *m_csv;
    FilesPage *m_files;
};

} // namespace poolscope
