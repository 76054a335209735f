// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/librarypage.h"

#include "pool/taskcheck.h"
#include "window/background.h"
#include "window/formfield.h"
#include "window/look.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace poolscope {

namespace {

constexpr int askDelay = 250; // milliseconds after the last key

} // namespace

struct LibraryPage::Inquiry {
    LibraryTask task;
    Result<std::vector<std::string>> tasks;
    Result<void> checked;
};

LibraryPage::LibraryPage()
    : m_path(new QLineEdit)
    , m_task(new QComboBox)
{
    m_path->setObjectName(QStringLiteral("libraryFile"));
    m_path->setPlaceholderText(tr("FILE.so"));
    m_path->setToolTip(tr("A shared library whose tasks poolscope_task.h declares. Another process "
                          "loads it to list them."));
    m_task->setObjectName(QStringLiteral("libraryTask"));
    m_task->setEditable(true);
    m_task->setInsertPolicy(QComboBox::NoInsert);
    m_task->setToolTip(tr("It is called with each input"));
    auto *browse = new QPushButton(tr("Choose\u2026"));
    browse->setToolTip(tr("Choose a shared library"));
    m_pathField = new FormField(tr("Library"), rowOf({m_path, browse}));
    m_taskField = new FormField(tr("Task"), m_task);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_pathField);
    layout->addWidget(m_taskField);
    layout->addStretch(1);
    m_askTimer.setSingleShot(true);
    m_askTimer.setInterval(askDelay);
    connect(&m_askTimer, &QTimer::timeout, this, &LibraryPage::ask);
    connect(m_path, &QLineEdit::textChanged, this, &LibraryPage::edited);
    connect(m_task, &QComboBox::currentTextChanged, this, &LibraryPage::edited);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString chosen = QFileDialog::getOpenFileName(this, tr("A shared library"),
            QFileInfo(m_path->text()).path(), tr("Libraries (*.so *.so.*);;All files (*)"));
        if (chosen.isEmpty())
            return;
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
    m_task->setCurrentText(QString::fromStdString(library->symbol));
    m_path->setText(QString::fromStdString(library->path));
    return true;
}

QString LibraryPage::problem() const
{
    return m_pathField->problem().isEmpty() ? m_taskField->problem() : m_pathField->problem();
}

void LibraryPage::edited()
{
    m_askTimer.stop();
    m_inquiry.reset();
    m_taskField->setProblem({});
    m_pathField->setProblem(path().isEmpty() ? tr("Choose a shared library") : QString());
    if (!path().isEmpty())
        m_askTimer.start();
    emit changed();
}

void LibraryPage::ask()
{
    m_inquiry = std::make_shared<Inquiry>();
    m_inquiry->task = std::get<LibraryTask>(spec());
    inBackground(
        this,
        [inquiry = m_inquiry] {
            inquiry->tasks = libraryTasks(inquiry->task.path);
            if (inquiry->tasks && !inquiry->task.symbol.empty())
                inquiry->checked = checkTask(inquiry->task);
        },
        [this, inquiry = m_inquiry] { answered(inquiry); });
}

void LibraryPage::answered(const std::shared_ptr<Inquiry> &inquiry)
{
    if (inquiry != m_inquiry)
        return; // the person has typed on
    m_inquiry.reset();
    if (!inquiry->tasks) {
        m_pathField->setProblem(QString::fromStdString(inquiry->tasks.error().message));
    } else {
        offer(*inquiry->tasks);
        if (m_task->currentText().isEmpty())
            m_taskField->setProblem(tr("It has no task: see poolscope_task.h"));
        else if (!inquiry->checked)
            m_taskField->setProblem(QString::fromStdString(inquiry->checked.error().message));
    }
    emit changed();
}

/// Offers the tasks and, where none is chosen, takes the first.
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
