// SPDX-License-Identifier: GPL-3.0-or-later
// LibraryPage: a page for a task of a shared library, chosen from its tasks.
#pragma once

#include "window/forms/taskpage.h"

#include <QComboBox>
#include <QLineEdit>

namespace poolscope {

class FormField;
class TaskInquiry;

class LibraryPage : public TaskPage {
    Q_OBJECT

public:
    LibraryPage();

    TaskSpec spec() const override;
    bool setSpec(const TaskSpec &spec) override;
    QString problem() const override;
    bool isTrusted() const override;
    void trust() override;

private:
    /// The result of reading a library, which happens on another thread.
    struct Findings;

    void edited();
    void ask();
    void showFindings(const Findings &findings);
    void offer(const std::vector<std::string> &tasks);
    QString path() const { return m_path->text().trimmed(); }

    QLineEdit *m_path;
    QComboBox *m_task;
    FormField *m_pathField;
    FormField *m_taskField;
    TaskInquiry *m_inquiry;
};

} // namespace poolscope
