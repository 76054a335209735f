// SPDX-License-Identifier: GPL-3.0-or-later
// CsvPage: a page for the CSV file and the columns that are passed to the task, with a preview of
// the first rows.
#pragma once

#include "input/csvindex.h"
#include "spec/inputspec.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QTableWidget>
#include <QWidget>
#include <string>
#include <vector>

namespace poolscope {

class FormField;

class CsvPage : public QWidget {
    Q_OBJECT

public:
    explicit CsvPage(QWidget *parent = nullptr);

    CsvInput spec() const;
    void setSpec(const CsvInput &spec);
    void setFile(const QString &path);
    /// The columns that are passed to the task.
    QStringList columns() const;
    /// The problem, in one line. Empty if there is none.
    QString problem() const;

signals:
    void changed();

private:
    void makeTable();
    QWidget *makeLayoutControls();
    void chooseFile();
    void edited();
    CsvInput layoutSpec() const;
    void showPreview(const CsvPreview &preview);
    void addColumn(const CsvPreview &preview, std::size_t column);
    void fitColumns();
    std::vector<std::string> checkedColumns() const;
    void columnsEdited();
    void updateColumnsProblem();

    QLineEdit *m_path;
    QComboBox *m_delimiter;
    QCheckBox *m_header;
    QTableWidget *m_table; ///< a line for each column
    FormField *m_pathField;
    FormField *m_columnsField;
    std::vector<std::string> m_columns; ///< all columns of the file
    std::vector<std::string> m_wanted; ///< columns as they were set. Empty for all
};

} // namespace poolscope
