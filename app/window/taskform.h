// SPDX-License-Identifier: GPL-3.0-or-later
// TaskForm: which task is run: a built-in with its arguments, a Python function, or what another
// page has.
#pragma once

#include "pool/taskcheck.h"
#include "pool/workerprogram.h"
#include "task/taskspec.h"

#include <QComboBox>
#include <QLineEdit>
#include <QTimer>
#include <QWidget>
#include <memory>
#include <vector>

namespace poolscope {

class FormField;
class KindPages;
class TaskPage;

class TaskForm : public QWidget {
    Q_OBJECT

public:
    explicit TaskForm(QWidget *parent = nullptr);

    TaskSpec spec() const;
    void setSpec(const TaskSpec &spec);
    /// Takes a Python file, and its first function that can be a task.
    void setPythonFile(const QString &path);
    /// The columns that an input has; none where it is no row of a table.
    void setInputColumns(const QStringList &columns);
    /// What is wrong, in one line; empty while nothing is known to be.
    QString problem() const;

signals:
    void changed();

private:
    /// What another thread finds out about a Python task.
    struct Inquiry;

    QWidget *makeBuiltinPage();
    QWidget *makePythonPage();
    void addPage(const QString &text, TaskPage *page);
    TaskPage *shownPage() const;
    void edited();
    void updateBuiltin();
    void askSoon();
    void ask();
    void answered(const std::shared_ptr<Inquiry> &inquiry);
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
    QTimer m_askTimer;
    std::shared_ptr<Inquiry> m_inquiry; ///< the one that is waited for
};

} // namespace poolscope
