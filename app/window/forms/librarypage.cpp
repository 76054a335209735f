// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/librarypage.h"

#include "pool/taskcheck.h"
#include "window/forms/choicebox.h"
#include "window/forms/formfield.h"
#include "window/forms/optiontext.h"
#include "window/forms/taskinquiry.h"
#include "window/look.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace poolscope {

struct LibraryPage::Findings {
    Result<std::vector<std::string>> tasks;
    Result<void> checked;
};

LibraryPage::LibraryPage()
    : m_path(new QLineEdit)
    , m_task(choiceBox(QStringLiteral("libraryTask"), tr("The function is called with each input")))
    , m_inquiry(new TaskInquiry(
          tr("Load the library, in another process, to see whether it has the task")))
{
    m_path->setObjectName(QStringLiteral("libraryFile"));
    m_path->setPlaceholderText(tr("FILE.so"));
    m_path->setToolTip(tr("%1. Another process loads the library to list them.")
                           .arg(optionToolTip(runOption("--library"))));
    m_task->setEditable(true);
    m_task->setInsertPolicy(QComboBox::NoInsert);
    auto *browse = new QPushButton(tr("Choose\u2026"));
    browse->setToolTip(tr("Choose a shared library"));
    m_pathField = new FormField(optionLabel(runOption("--library")), rowOf({m_path, browse}));
    m_taskField = new FormField(tr("Task"), m_task);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_pathField);
    layout->addWidget(m_taskField);
    layout->addWidget(m_inquiry);
    layout->addStretch(1);
    connect(m_inquiry, &TaskInquiry::due, this, &LibraryPage::ask);
    connect(m_inquiry, &TaskInquiry::checkWanted, this, &LibraryPage::edited);
    connect(m_path, &QLineEdit::textChanged, this, &LibraryPage::edited);
    connect(m_task, &QComboBox::currentTextChanged, this, &LibraryPage::edited);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString chosen = QFileDialog::getOpenFileName(this, tr("A shared library"),
            QFileInfo(m_path->text()).path(), tr("Libraries (*.so *.so.*);;All files (*)"));
        if (chosen.isEmpty())
            return;
        m_inquiry->unlock();
        m_task->clear();
        m_task->setCurrentText(QString());
        m_path->setText(chosen);
    });
    edited();
}

TaskSpec LibraryPage::spec() const
{
    return LibraryTask{path().toStdString(), m_task->currentText().trimmed().toStdString()};
}

bool LibraryPage::setSpec(const TaskSpec &spec)
{
    const auto *library = std::get_if<LibraryTask>(&spec);
    if (!library)
        return false;
    m_inquiry->lock();
    m_task->clear();
    m_task->setCurrentText(QString::fromStdString(library->symbol));
    m_path->setText(QString::fromStdString(library->path));
    return true;
}

QString LibraryPage::problem() const
{
    return m_pathField->problem().isEmpty() ? m_taskField->problem() : m_pathField->problem();
}

bool LibraryPage::isTrusted() const
{
    return !m_inquiry->isLocked();
}

void LibraryPage::trust()
{
    m_inquiry->unlock();
    edited();
}

void LibraryPage::edited()
{
    m_inquiry->drop();
    m_taskField->setProblem({});
    m_pathField->setProblem(path().isEmpty() ? tr("Choose a shared library") : QString());
    if (!path().isEmpty())
        m_inquiry->askSoon();
    emit changed();
}

void LibraryPage::ask()
{
    const auto task = std::get<LibraryTask>(spec());
    m_inquiry->ask([this, task](const StillWanted &wanted) -> TaskInquiry::Answer {
        Findings findings;
        findings.tasks = libraryTasks(task.path, wanted);
        if (findings.tasks && !task.symbol.empty())
            findings.checked = checkTask(task, wanted);
        return [this, findings] {
            showFindings(findings);
        };
    });
}

void LibraryPage::showFindings(const Findings &findings)
{
    if (!findings.tasks) {
        m_pathField->setProblem(QString::fromStdString(findings.tasks.error().message));
    } else {
        offer(*findings.tasks);
        if (m_task->currentText().isEmpty())
            m_taskField->setProblem(tr("The library has no task: see poolscope_task.h"));
        else if (!findings.checked)
            m_taskField->setProblem(QString::fromStdString(findings.checked.error().message));
    }
    emit changed();
}

/// Offers the tasks. Chooses the first if none was chosen.
void LibraryPage::offer(const std::vector<std::string> &tasks)
{
    const QSignalBlocker quiet(m_task);
    const QString chosen = m_task->currentText();
    m_task->clear();
    for (const std::string &task : tasks)
        m_task->addItem(QString::fromStdString(task));
    if (!chosen.isEmpty())
        m_task->setCurrentText(chosen);
}

} // namespace poolscope
