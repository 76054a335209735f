// SPDX-License-Identifier: GPL-3.0-or-later
// TaskForm: the task: a built-in with its arguments, a Python function, or the task of another
// page.
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
    /// Shows a task. Nothing that it names runs before it is trusted, unless the task was shown and
    /// trusted already.
    void setSpec(const TaskSpec &spec);
    /// Whether what the task names may run to find out about it; see TaskPage.
    bool isTrusted() const;
    void trust();
    /// Takes a Python file, and its first function that can be a task.
    void setPythonFile(const QString &path);
    /// The columns of an input. None if it is not a row of a table.
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
    std::vector<TaskPage *> m_pages; ///< of the kinds behind those two
    TaskInquiry *m_inquiry; ///< about a Python function
};

} // namespace poolscope
