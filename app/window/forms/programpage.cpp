// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/programpage.h"

#include "pool/taskcheck.h"
#include "task/commandtemplate.h"
#include "window/forms/formfield.h"
#include "window/forms/optiontext.h"
#include "window/forms/taskinquiry.h"
#include "window/look.h"

#include <QFontDatabase>
#include <QVBoxLayout>

namespace poolscope {

namespace {

constexpr int mostColumns = 8; // that a note names

/// The texts for a kind of program.
struct Words {
    const char *option;
    const char *name;
    QString placeholder;
    QString note;
    QString missing;
};

Words wordsFor(ProgramPage::Kind kind)
{
    switch (kind) {
    case ProgramPage::Kind::Command:
        return {"--command", "command", QStringLiteral("sha256sum {}"),
            ProgramPage::tr("{} is replaced by the input, which is the last word if there is no "
                            "{}. The output is the value"),
            ProgramPage::tr("Type a command, with {} where the input goes")};
    case ProgramPage::Kind::Shell:
        return {"--shell", "shellScript", QStringLiteral("wc -c < \"$1\""),
            ProgramPage::tr("\"$1\" is the input. The output is the value"),
            ProgramPage::tr("Type a shell script, with \"$1\" for the input")};
    case ProgramPage::Kind::Filter:
        break;
    }
    return {"--filter", "filter", QStringLiteral("sed -u s/a/b/"),
        ProgramPage::tr("The program reads a line and answers with a line"),
        ProgramPage::tr("Type the command of a program that answers lines with lines")};
}

const std::string *commandOf(ProgramPage::Kind kind, const TaskSpec &spec)
{
    const auto *command = std::get_if<CommandTask>(&spec);
    const auto *shell = std::get_if<ShellTask>(&spec);
    const auto *filter = std::get_if<FilterTask>(&spec);
    if (kind == ProgramPage::Kind::Command)
        return command ? &command->command : nullptr;
    if (kind == ProgramPage::Kind::Shell)
        return shell ? &shell->script : nullptr;
    return filter ? &filter->command : nullptr;
}

} // namespace

ProgramPage::ProgramPage(Kind kind)
    : m_kind(kind)
    , m_text(new QLineEdit)
    , m_inquiry(new TaskInquiry)
{
    const Words words = wordsFor(kind);
    m_text->setObjectName(QLatin1String(words.name));
    m_text->setPlaceholderText(words.placeholder);
    m_text->setToolTip(optionToolTip(runOption(words.option)));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_field = new FormField(optionLabel(runOption(words.option)), m_text);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_field);
    layout->addWidget(m_inquiry);
    layout->addStretch(1);
    connect(m_inquiry, &TaskInquiry::due, this, &ProgramPage::ask);
    connect(m_text, &QLineEdit::textChanged, this, &ProgramPage::edited);
    edited();
}

TaskSpec ProgramPage::spec() const
{
    const std::string text = m_text->text().toStdString();
    switch (m_kind) {
    case Kind::Command:
        return CommandTask{text};
    case Kind::Shell:
        return ShellTask{text};
    case Kind::Filter:
        break;
    }
    return FilterTask{text};
}

bool ProgramPage::setSpec(const TaskSpec &spec)
{
    const std::string *text = commandOf(m_kind, spec);
    if (text) {
        m_text->setText(QString::fromStdString(*text));
        m_text->setCursorPosition(0); // the start is the most informative part
    }
    return text != nullptr;
}

QString ProgramPage::problem() const
{
    return m_field->problem();
}

void ProgramPage::edited()
{
    m_inquiry->drop();
    const bool missing = m_text->text().trimmed().isEmpty();
    m_field->setProblem(missing ? wordsFor(m_kind).missing : QString());
    showNote();
    if (!missing)
        m_inquiry->askSoon();
    emit changed();
}

void ProgramPage::setInputColumns(const QStringList &columns)
{
    m_columns = columns;
    showNote();
}

void ProgramPage::showNote()
{
    const bool hasColumns = m_kind == Kind::Command && !m_columns.isEmpty();
    m_field->setNote(hasColumns ? columnsNote() : wordsFor(m_kind).note);
}

/// Returns a note on the columns, or on a word in braces that is not a column.
QString ProgramPage::columnsNote() const
{
    std::vector<std::string> columns;
    for (const QString &column : m_columns)
        columns.push_back(column.toStdString());
    const auto names = namesWithoutColumn(m_text->text().toStdString(), columns);
    if (!names.empty())
        return tr("{%1} is not a column, and is passed on unchanged")
            .arg(QString::fromStdString(names.front()));
    const auto apart = namesTakenApart(m_text->text().toStdString(), columns);
    if (!apart.empty())
        return tr("{%1} must be in quotes: without them it is split, and is not a column")
            .arg(QString::fromStdString(apart.front()));
    return tr("{} is the row; its columns are {%1}; what it prints is the value")
        .arg(m_columns.mid(0, mostColumns).join(QStringLiteral("}, {")));
}

/// Checks whether the program exists, or the shell can read the script. No code of the task runs.
void ProgramPage::ask()
{
    m_inquiry->ask([this, task = spec()](const StillWanted &wanted) -> TaskInquiry::Answer {
        const auto checked = checkTask(task, wanted);
        return [this, checked] {
            m_field->setProblem(
                checked ? QString() : QString::fromStdString(checked.error().message));
            emit changed();
        };
    });
}

} // namespace poolscope
