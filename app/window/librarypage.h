// SPDX-License-Identifier: GPL-3.0-or-later
// LibraryPage: a task of a shared library, chosen from those that it has.
#pragma once

#include "window/taskpage.h"

#include <QComboBox>
#include <QLineEdit>
#include <QTimer>
#include <memory>

namespace poolscope {

class FormField;

class LibraryPage : public TaskPage {
    Q_OBJECT

public:
    LibraryPage();

    TaskSpec spec() const override;
    bool setSpec(const TaskSpec &spec) override;
    QString problem() const override;

private:
    /// What another thread finds out about a library.
    struct Inquiry;

    void edited();
    void ask();
    void answered(const std::shared_ptr<Inquiry> &inquiry);
    void offer(const std::vector<std::string> &tasks);
    QString path() const { return m_path->text().trimmed(); }

    QLineEdit *m_path;
    QComboBox *m_task;
    FormField *m_pathField;
    FormField *m_taskField;
    QTimer m_askTimer;
    std::shared_ptr<Inquiry> m_inquiry; ///< the one that is waited for
};

} // namespace poolscope
