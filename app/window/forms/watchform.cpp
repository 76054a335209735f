// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/watchform.h"

#include "spec/callchange.h"
#include "spec/options.h"
#include "task/words.h"
#include "window/forms/formfield.h"
#include "window/forms/optiontext.h"
#include "window/look.h"
#include "window/sentence.h"

#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

QString folderProblem(const QString &folder)
{
    if (folder.isEmpty())
        return QObject::tr("Name a folder");
    return QDir(folder).exists() ? QString() : QObject::tr("There is no folder %1").arg(folder);
}

QString commandProblem(const QString &line, const Result<std::vector<std::string>> &words)
{
    if (words)
        return {};
    return line.trimmed().isEmpty() ? QObject::tr("Enter a command")
                                    : asSentence(QString::fromStdString(words.error().message));
}

QString changesProblem(const QString &line, const Result<std::vector<std::string>> &changes)
{
    if (!changes)
        return line.trimmed().isEmpty()
            ? QString()
            : asSentence(QString::fromStdString(changes.error().message));
    for (const std::string &change : *changes) {
        if (const auto checked = parseCallChange(change); !checked)
            return asSentence(QString::fromStdString(checked.error().message));
    }
    return {};
}

} // namespace

WatchForm::WatchForm(QWidget *parent)
    : QWidget(parent)
    , m_line(new QComboBox)
    , m_folder(new QLineEdit)
    , m_changes(new QLineEdit)
    , m_recordsInputs(new QCheckBox(optionLabel(*findOption("--reprs", watchCommand))))
{
    m_line->setObjectName(QStringLiteral("watchCommand"));
    m_line->setEditable(true);
    m_line->setInsertPolicy(QComboBox::NoInsert);
    m_line->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_line->lineEdit()->setPlaceholderText(QStringLiteral("python3 script.py"));
    m_line->setToolTip(tr("Program and arguments, in quotes where they contain blanks. No shell "
                          "reads the line: |, > and $ are ordinary characters."));
    m_folder->setObjectName(QStringLiteral("watchFolder"));
    m_folder->setToolTip(tr("Folder in which the command starts"));
    m_changes->setObjectName(QStringLiteral("watchChanges"));
    m_changes->setPlaceholderText(tr("none"));
    m_changes->setToolTip(tr("Changes calls from outside: chunksize=64@script.py:9 or "
                             "processes=4. The script stays as it is."));
    m_recordsInputs->setObjectName(QStringLiteral("watchInputs"));
    m_recordsInputs->setToolTip(tr("Calls repr() for them in the workers. Without this, inputs are "
                                   "shown by their number only."));
    layOut();
    readRecent();
    connect(m_line, &QComboBox::activated, this, &WatchForm::showFolder);
    connect(m_line, &QComboBox::editTextChanged, this, &WatchForm::check);
    connect(m_folder, &QLineEdit::textChanged, this, &WatchForm::check);
    connect(m_changes, &QLineEdit::textChanged, this, &WatchForm::check);
    connect(m_recordsInputs, &QCheckBox::toggled, this, &WatchForm::check);
    setFocusProxy(m_line);
}

void WatchForm::layOut()
{
    auto *browseButton = new QPushButton(tr("Browse\u2026"));
    browseButton->setToolTip(tr("Choose the folder"));
    browseButton->setAutoDefault(false);
    connect(browseButton, &QPushButton::clicked, this, &WatchForm::browse);
    m_lineField = new FormField(tr("Command line"), m_line);
    m_folderField = new FormField(tr("Folder"), rowOf({m_folder, browseButton}));
    m_changesField = new FormField(tr("Changed settings of calls"), m_changes);
    auto *explanation = new WrappingLabel(
        tr("The command runs unchanged. The Python pools in it are shown while they work. What it "
           "prints goes to the Log page."));
    explanation->setObjectName(QStringLiteral("muted"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_lineField);
    layout->addWidget(m_folderField);
    layout->addWidget(m_changesField);
    layout->addWidget(m_recordsInputs);
    layout->addWidget(explanation);
}

void WatchForm::readRecent()
{
    {
        const QSignalBlocker blocker(m_line);
        m_recent = recentCommands();
        m_line->clear();
        for (const KeptCommand &command : m_recent)
            m_line->addItem(command.line);
        m_chosen = -1;
        showFolder(m_line->currentIndex());
    }
    check();
}

void WatchForm::setRequest(const WatchRequest &request)
{
    m_line->setEditText(request.words.empty() ? QString() : commandLine(request.words));
    m_folder->setText(request.folder);
    QStringList changes;
    for (const std::string &change : request.changes)
        changes << QFile::decodeName(change.c_str());
    m_changes->setText(changes.join(u' '));
    m_recordsInputs->setChecked(request.recordsInputs);
}

QString WatchForm::commandText() const
{
    std::vector<std::string> words{"poolscope", "watch"};
    words.reserve(words.size() + 2 * m_request.changes.size() + 1 + m_request.words.size());
    for (const std::string &change : m_request.changes)
        words.insert(words.end(), {"--set", change});
    if (m_request.recordsInputs)
        words.emplace_back("--reprs");
    words.emplace_back("--");
    words.insert(words.end(), m_request.words.begin(), m_request.words.end());
    return commandLine(words);
}

void WatchForm::setScript(const QString &path)
{
    setRequest({{"python3", QFile::encodeName(path).toStdString()}, QFileInfo(path).path()});
}

void WatchForm::focusCommand()
{
    m_line->setFocus();
    m_line->lineEdit()->selectAll();
}

void WatchForm::browse()
{
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("A folder to start in"), m_folder->text());
    if (!folder.isEmpty())
        m_folder->setText(folder);
}

/// Sets the folder in which a command that was chosen from the list was started.
void WatchForm::showFolder(int recent)
{
    const bool isOther = std::exchange(m_chosen, recent) != recent;
    if (isOther && recent >= 0 && static_cast<std::size_t>(recent) < m_recent.size())
        m_folder->setText(m_recent[static_cast<std::size_t>(recent)].folder);
}

void WatchForm::check()
{
    const auto words = splitWords(QFile::encodeName(m_line->currentText()).toStdString());
    const auto changes = splitWords(QFile::encodeName(m_changes->text()).toStdString());
    m_request = {words.value_or(std::vector<std::string>()), m_folder->text(),
        changes.value_or(std::vector<std::string>()), m_recordsInputs->isChecked()};
    m_lineField->setProblem(commandProblem(m_line->currentText(), words));
    m_folderField->setProblem(folderProblem(m_folder->text()), m_folder);
    m_changesField->setProblem(changesProblem(m_changes->text(), changes));
    m_problem = {};
    for (const FormField *field : {m_lineField, m_folderField, m_changesField}) {
        if (m_problem.isEmpty())
            m_problem = field->problem();
    }
    emit changed();
}

} // namespace poolscope
