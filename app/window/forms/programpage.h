// SPDX-License-Identifier: GPL-3.0-or-later
// ProgramPage: a page for a command, a shell script or a line filter, each a line of text.
#pragma once

#include "window/forms/taskpage.h"

#include <QLineEdit>

namespace poolscope {

class FormField;
class TaskInquiry;

class ProgramPage : public TaskPage {
    Q_OBJECT

public:
    enum class Kind { Command, Shell, Filter };

    explicit ProgramPage(Kind kind);

    TaskSpec spec() const override;
    bool setSpec(const TaskSpec &spec) override;
    QString problem() const override;
    void setInputColumns(const QStringList &columns) override;

private:
    void edited();
    void ask();
    void showNote();
    QString columnsNote() const;

    Kind m_kind;
    QLineEdit *m_text;
    FormField *m_field;
    QStringList m_columns; ///< of an input
    TaskInquiry *m_inquiry;
};

} // namespace poolscope
