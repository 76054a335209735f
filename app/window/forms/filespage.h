// SPDX-License-Identifier: GPL-3.0-or-later
// FilesPage: a page for a pattern whose files are the inputs, with a preview of the files.
#pragma once

#include "input/filelist.h"
#include "spec/inputspec.h"

#include <QLabel>
#include <QLineEdit>
#include <QTimer>
#include <QWidget>

namespace poolscope {

class FormField;

class FilesPage : public QWidget {
    Q_OBJECT

public:
    explicit FilesPage(QWidget *parent = nullptr);

    FilesInput spec() const;
    void setSpec(const FilesInput &spec);
    /// The problem, in one line. Empty if there is none.
    QString problem() const;

signals:
    void changed();

private:
    void chooseFolder();
    void edited();
    void look();
    void show(const Result<FileList> &files);

    QLineEdit *m_pattern;
    FormField *m_patternField;
    QLabel *m_first;
    QTimer m_lookTimer;
    bool m_isLooking = false;
};

} // namespace poolscope
