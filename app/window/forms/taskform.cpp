// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/taskform.h"

#include "charts/literaltext.h"
#include "pool/taskcheck.h"
#include "task/builtin.h"
#include "window/forms/choicebox.h"
#include "window/forms/formfield.h"
#include "window/forms/kindpages.h"
#include "window/forms/librarypage.h"
#include "window/forms/optiontext.h"
#include "window/forms/programpage.h"
#include "window/forms/taskinquiry.h"
#include "window/look.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <algorithm>

namespace poolscope {

namespace {

enum TaskFormPage { builtinPage, pythonPage, firstOtherPage };

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

QWidget *pageOf(const std::vector<QWidget *> &fields)
{
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    for (QWidget *field : fields)
        layout->addWidget(field);
    layout->addStretch(1);
    return page;
}

} // namespace

struct TaskForm::Findings {
    std::string place;
    Result<std::vector<PythonFunction>> functions;
    Result<void> checked;
    Result<void> initialiserChecked;

    void find(const PythonTask &task, const StillWanted &wanted)
    {
        functions = pythonFunctions(place, task.interpreter, wanted);
        if (functions && !task.target.ends_with(':'))
            check(task, wanted);
    }
    /// Checks the function before the initialiser, to distinguish their errors.
    void check(const PythonTask &task, const StillWanted &wanted)
    {
        PythonTask alone = task;
        alone.initialiser.clear();
        checked = checkTask(alone, wanted);
        if (checked && !task.initialiser.empty())
            initialiserChecked = checkTask(task, wanted);
    }
};

TaskForm::TaskForm(QWidget *parent)
    : QWidget(parent)
    , m_kind(new KindPages(QStringLiteral("taskKind"), tr("Kind of task"),
          tr("Task that is run on every input (Alt+T)")))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_kind);
    setFocusProxy(m_kind->focusProxy());
    m_kind->addKind(tr("Built-in"), makeBuiltinPage());
    m_kind->addKind(tr("Python function"), makePythonPage());
    addPage(tr("Command"), new ProgramPage(ProgramPage::Kind::Command));
    addPage(tr("Shell script"), new ProgramPage(ProgramPage::Kind::Shell));
    addPage(tr("Line filter"), new ProgramPage(ProgramPage::Kind::Filter));
    addPage(tr("Library function"), new LibraryPage);
    connect(m_kind, &KindPages::kindChanged, this, &TaskForm::edited);
    edited();
}

void TaskForm::addPage(const QString &text, TaskPage *page)
{
    m_kind->addKind(text, page);
    m_pages.push_back(page);
    connect(page, &TaskPage::changed, this, &TaskForm::changed);
}

/// The page of the chosen kind. Null for built-in tasks and Python functions.
TaskPage *TaskForm::shownPage() const
{
    const int other = m_kind->kind() - firstOtherPage;
    return other < 0 ? nullptr : m_pages[static_cast<std::size_t>(other)];
}

QWidget *TaskForm::makeBuiltinPage()
{
    m_builtin = choiceBox(QStringLiteral("builtin"), optionToolTip(runOption("--builtin")));
    m_builtin->setMaxVisibleItems(20);
    for (const BuiltinInfo &info : builtins()) {
        m_builtin->addItem(text(info.name));
        m_builtin->setItemData(m_builtin->count() - 1, text(info.summary), Qt::ToolTipRole);
    }
    m_arguments = new QLineEdit;
    m_arguments->setObjectName(QStringLiteral("builtinArguments"));
    m_arguments->setToolTip(tr("Arguments of the task; empty for the defaults"));
    m_builtinField = new FormField(optionLabel(runOption("--builtin")), m_builtin);
    m_argumentsField = new FormField(tr("Arguments"), m_arguments);
    connect(m_builtin, &QComboBox::currentIndexChanged, this, &TaskForm::edited);
    connect(m_arguments, &QLineEdit::textChanged, this, &TaskForm::edited);
    return pageOf({m_builtinField, m_argumentsField});
}

QWidget *TaskForm::makePythonPage()
{
    m_place = new QLineEdit;
    m_place->setObjectName(QStringLiteral("pythonPlace"));
    m_place->setPlaceholderText(tr("FILE.py or MODULE"));
    m_place->setToolTip(tr("A Python file, or a module that the interpreter can import. A file is "
                           "read, not imported, to list its functions."));
    auto *browse = new QPushButton(tr("Choose\u2026"));
    browse->setToolTip(tr("Choose a Python file"));
    m_function = choiceBox(QStringLiteral("pythonFunction"), optionToolTip(runOption("--python")));
    m_function->setEditable(true);
    m_function->setInsertPolicy(QComboBox::NoInsert);
    m_interpreter = new QLineEdit(QString::fromStdString(PythonTask().interpreter));
    m_interpreter->setObjectName(QStringLiteral("interpreter"));
    m_interpreter->setToolTip(optionToolTip(runOption("--python-interpreter")));
    m_initialiser = new QLineEdit;
    m_initialiser->setObjectName(QStringLiteral("initialiser"));
    m_initialiser->setPlaceholderText(tr("none"));
    m_initialiser->setToolTip(optionToolTip(runOption("--python-init")));
    m_placeField = new FormField(tr("File or module"), rowOf({m_place, browse}));
    m_functionField = new FormField(optionLabel(runOption("--python")), m_function);
    m_interpreterField =
        new FormField(optionLabel(runOption("--python-interpreter")), m_interpreter);
    m_initialiserField = new FormField(optionLabel(runOption("--python-init")), m_initialiser);
    m_inquiry = new TaskInquiry(
        tr("Run the interpreter to list the functions and to see whether this one can be a task"));
    connect(m_inquiry, &TaskInquiry::due, this, &TaskForm::ask);
    connect(m_inquiry, &TaskInquiry::checkWanted, this, &TaskForm::edited);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("A Python file"),
            QFileInfo(m_place->text()).path(), tr("Python (*.py);;All files (*)"));
        if (!path.isEmpty())
            setPythonFile(path);
    });
    connect(m_place, &QLineEdit::textChanged, this, &TaskForm::edited);
    connect(m_interpreter, &QLineEdit::textChanged, this, &TaskForm::edited);
    connect(m_initialiser, &QLineEdit::textChanged, this, &TaskForm::edited);
    connect(m_function, &QComboBox::currentTextChanged, this, &TaskForm::edited);
    return pageOf(
        {m_placeField, m_functionField, m_initialiserField, m_interpreterField, m_inquiry});
}

QString TaskForm::place() const
{
    return m_place->text().trimmed();
}

TaskSpec TaskForm::spec() const
{
    if (const TaskPage *page = shownPage())
        return page->spec();
    if (m_kind->kind() == builtinPage)
        return BuiltinTask{m_builtin->currentText().toStdString(),
            m_arguments->isEnabled() ? m_arguments->text().trimmed().toStdString() : std::string()};
    PythonTask task;
    task.target = (place() + QLatin1Char(':') + m_function->currentText().trimmed()).toStdString();
    task.interpreter = m_interpreter->text().trimmed().toStdString();
    task.initialiser = m_initialiser->text().trimmed().toStdString();
    return task;
}

void TaskForm::setSpec(const TaskSpec &spec)
{
    if (spec == this->spec())
        return;
    if (const auto *builtin = std::get_if<BuiltinTask>(&spec)) {
        m_builtin->setCurrentText(QString::fromStdString(builtin->name));
        m_arguments->setText(QString::fromStdString(builtin->arguments));
        m_kind->setKind(builtinPage);
        return;
    }
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        if (m_pages[i]->setSpec(spec))
            m_kind->setKind(firstOtherPage + static_cast<int>(i));
    }
    const auto *given = std::get_if<PythonTask>(&spec);
    if (!given)
        return;
    const PythonTask &python = *given;
    m_inquiry->lock();
    m_function->clear();
    const QString target = QString::fromStdString(python.target);
    const qsizetype colon = target.lastIndexOf(QLatin1Char(':'));
    m_interpreter->setText(QString::fromStdString(python.interpreter));
    m_initialiser->setText(QString::fromStdString(python.initialiser));
    m_function->setCurrentText(target.mid(colon + 1));
    m_place->setText(target.left(colon));
    m_kind->setKind(pythonPage);
}

bool TaskForm::isTrusted() const
{
    if (const TaskPage *page = shownPage())
        return page->isTrusted();
    return m_kind->kind() != pythonPage || !m_inquiry->isLocked();
}

void TaskForm::trust()
{
    if (isTrusted())
        return;
    if (TaskPage *page = shownPage()) {
        page->trust();
    } else {
        m_inquiry->unlock();
        edited();
    }
}

void TaskForm::setPythonFile(const QString &path)
{
    // The interpreter may still be the one that a run file named.
    if (m_interpreter->text() == QString::fromStdString(PythonTask().interpreter))
        m_inquiry->unlock();
    m_function->clear();
    m_function->setCurrentText(QString());
    m_place->setText(path);
    m_kind->setKind(pythonPage);
    edited(); // also if the file is the same as before
}

void TaskForm::setInputColumns(const QStringList &columns)
{
    for (TaskPage *page : m_pages)
        page->setInputColumns(columns);
}

QString TaskForm::problem() const
{
    if (const TaskPage *page = shownPage())
        return page->problem();
    const std::vector<FormField *> fields = m_kind->kind() == builtinPage
        ? std::vector<FormField *>{m_builtinField, m_argumentsField}
        : std::vector<FormField *>{
            m_placeField, m_functionField, m_initialiserField, m_interpreterField};
    for (const FormField *field : fields) {
        if (!field->problem().isEmpty())
            return field->problem();
    }
    return {};
}

void TaskForm::edited()
{
    m_inquiry->drop();
    if (m_kind->kind() == builtinPage)
        updateBuiltin();
    else if (m_kind->kind() == pythonPage)
        askSoon();
    emit changed();
}

void TaskForm::updateBuiltin()
{
    const auto infos = builtins();
    const auto info =
        std::find_if(infos.begin(), infos.end(), [this](const BuiltinInfo &candidate) {
            return text(candidate.name) == m_builtin->currentText();
        });
    const bool takesArguments = info != infos.end() && !info->arguments.empty();
    m_builtinField->setNote(info != infos.end() ? text(info->summary) : QString());
    m_argumentsField->setVisible(takesArguments);
    m_arguments->setEnabled(takesArguments);
    if (takesArguments)
        m_arguments->setPlaceholderText(
            text(info->arguments).remove(QRegularExpression(QStringLiteral("[\\[\\]:]"))));
    const auto task = std::get<BuiltinTask>(spec());
    const auto made = makeBuiltin(task.name, task.arguments);
    m_argumentsField->setProblem(made ? QString() : QString::fromStdString(made.error().message));
}

void TaskForm::askSoon()
{
    for (FormField *field : {m_placeField, m_functionField, m_initialiserField, m_interpreterField})
        field->setProblem({});
    if (place().isEmpty())
        m_placeField->setProblem(tr("Choose a Python file, or type a module's name"));
    else if (m_interpreter->text().trimmed().isEmpty())
        m_interpreterField->setProblem(tr("Name the Python interpreter, such as python3"));
    else
        m_inquiry->askSoon();
}

void TaskForm::ask()
{
    const auto task = std::get<PythonTask>(spec());
    m_inquiry->ask([this, task, place = place().toStdString()](
                       const StillWanted &wanted) -> TaskInquiry::Answer {
        Findings findings;
        findings.place = place;
        findings.find(task, wanted);
        return [this, findings] {
            showFindings(findings);
        };
    });
}

void TaskForm::showFindings(const Findings &findings)
{
    if (!findings.functions) {
        const Error &error = findings.functions.error();
        FormField *field = error.about == About::Interpreter ? m_interpreterField : m_placeField;
        field->setProblem(QString::fromStdString(error.message));
    } else {
        offerFunctions(*findings.functions);
        if (m_function->currentText().isEmpty())
            m_functionField->setProblem(tr("There is no function that takes one argument"));
        else if (!findings.checked)
            m_functionField->setProblem(QString::fromStdString(findings.checked.error().message));
        else if (!findings.initialiserChecked)
            m_initialiserField->setProblem(
                QString::fromStdString(findings.initialiserChecked.error().message));
    }
    emit changed();
}

/// Offers the functions. Chooses the first that can be a task if none was chosen.
void TaskForm::offerFunctions(const std::vector<PythonFunction> &functions)
{
    const QSignalBlocker quiet(m_function);
    const QString chosen = m_function->currentText();
    m_function->clear();
    QString first;
    for (const PythonFunction &function : functions) {
        m_function->addItem(QString::fromStdString(function.name));
        const int row = m_function->count() - 1;
        m_function->setItemData(row,
            function.takesOneArgument ? literalToolTip(QString::fromStdString(function.doc))
                                      : tr("The function cannot be called with one argument"),
            Qt::ToolTipRole);
        if (!function.takesOneArgument)
            qobject_cast<QStandardItemModel *>(m_function->model())->item(row)->setEnabled(false);
        else if (first.isEmpty())
            first = m_function->itemText(row);
    }
    m_function->setCurrentText(chosen.isEmpty() ? first : chosen);
    const auto found =
        std::find_if(functions.begin(), functions.end(), [&](const PythonFunction &f) {
            return QString::fromStdString(f.name) == m_function->currentText();
        });
    m_functionField->setNote(
        found != functions.end() ? QString::fromStdString(found->doc) : QString());
}

} // namespace poolscope
