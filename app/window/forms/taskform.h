// SPDX-License-Identifier: GPL-3.0-or-later
// TaskForm: a form for the task, which is a built-in with its arguments, a Python function, or the
// task of another page.
#pragma once

#include "pool/workerprogram.h"
#include "spec/taskspec.h"

#include <QComboBox>
#include <QLineEdit>
#include <QWidget>
#include <vector>

namespace poolscope {

class FormField;
class KindPages;
class TaskInquiry;
class TaskPage;

class TaskForm : public QWidget {
    Q_OBJECT

public:
    explicit TaskForm(QWidget *parent = nullptr);

    TaskSpec spec() const;
    /// Shows a task. Its code does not run before trust(), unless the task was shown and trusted
    /// already.
    void setSpec(const TaskSpec &spec);
    /// Whether code of the task may run to check the task. See TaskPage.
    bool isTrusted() const;
    void trust();
    /// Chooses a Python file, and its first function that can be a task.
    void setPythonFile(const QString &path);
    /// Sets the columns of an input. None if inputs are not rows of a table.
    void setInputColumns(const QStringList &columns);
    /// The problem, in one line. Empty if none is known.
    QString problem() const;

signals:
    void changed();

private:
    /// The result of asking about a Python task, which happens on another thread.
    struct Findings;

    QWidget *makeBuiltinPage();
    QWidget *makePythonPage();
    void addPage(const QString &text, TaskPage *page);
    TaskPage *shownPage() const;
    void edited();
    void updateBuiltin();
    void askSoon();
    void ask();
    void showFindings(const Findings &findings);
    void offerFunctions(const std::vector<PythonFunction> &functions);
    QString place() const;

    KindPages *m_kind;
    QComboBox *m_builtin;
    QLineEdit *m_arguments;
    FormField *m_builtinField;
    FormField *m_argumentsField;
    QLineEdit *m_place;
    QComboBox *m_function;
    QLineEdit *m_interpreter;
    FormField *m_placeField;
    FormField *m_functionField;
    QLineEdit *m_initialiser;
    FormField *m_interpreterField;
    FormField *m_initialiserField;
    std::vector<TaskPage *> m_pages; ///< of all other kinds
    TaskInquiry *m_inquiry; ///< about a Python function
};

} // namespace poolscope
