// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/watchdialog.h"

#include "charts/literaltext.h"
#include "task/words.h"
#include "window/forms/formfield.h"
#include "window/look.h"
#include "window/sentence.h"

#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QPushButton>
#include <QVBoxLayout>
#include <utility>

namespace poolscope {

namespace {

constexpr int watchDialogWidth = 70 * gridUnit;

} // namespace

WatchDialog::WatchDialog(QWidget *parent)
    : QDialog(parent)
    , m_recent(recentCommands())
    , m_line(new QComboBox)
    , m_folder(new QLineEdit)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("Watch a program"));
    setMinimumWidth(watchDialogWidth);
    m_line->setObjectName(QStringLiteral("watchCommand"));
    m_line->setEditable(true);
    m_line->setInsertPolicy(QComboBox::NoInsert);
    m_line->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_line->lineEdit()->setPlaceholderText(QStringLiteral("python3 script.py"));
    m_line->setToolTip(tr("Program and arguments, in quotes where they contain blanks. No shell "
                          "reads the line: |, > and $ are ordinary characters."));
    m_folder->setObjectName(QStringLiteral("watchFolder"));
    m_folder->setToolTip(tr("Folder in which the command starts"));
    m_folder->setText(QDir::currentPath());
    for (const KeptCommand &command : m_recent)
        m_line->addItem(command.line);
    showFolder(m_line->currentIndex());
    layOut();
    connect(m_line, &QComboBox::activated, this, &WatchDialog::showFolder);
    connect(m_line, &QComboBox::editTextChanged, this, &WatchDialog::check);
    connect(m_folder, &QLineEdit::textChanged, this, &WatchDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
    m_line->setFocus();
    m_line->lineEdit()->selectAll();
}

void WatchDialog::layOut()
{
    auto *watch = m_buttons->addButton(tr("&Watch"), QDialogButtonBox::AcceptRole);
    watch->setObjectName(QStringLiteral("watchStart"));
    auto *browseButton = new QPushButton(tr("C&hoose\u2026"));
    browseButton->setToolTip(tr("Choose the folder"));
    browseButton->setAutoDefault(false);
    m_lineField = new FormField(tr("Command line"), m_line);
    m_folderField = new FormField(tr("Folder"), rowOf({m_folder, browseButton}));
    auto *explanation = new WrappingLabel(
        tr("The command runs unchanged. The Python pools in it are shown while they work. What it "
           "prints goes to the Log page."));
    explanation->setObjectName(QStringLiteral("muted"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(gridUnit * 2, gridUnit * 2, gridUnit * 2, gridUnit * 2);
    layout->setSpacing(gridUnit * 3 / 2);
    layout->addWidget(explanation);
    layout->addWidget(m_lineField);
    layout->addWidget(m_folderField);
    layout->addStretch(1);
    layout->addWidget(m_buttons);
    watch->setDefault(true); // requires that the button is in the dialog
    connect(m_line->lineEdit(), &QLineEdit::returnPressed, watch, &QPushButton::click);
    connect(browseButton, &QPushButton::clicked, this, &WatchDialog::browse);
}

void WatchDialog::browse()
{
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("A folder to start in"), m_folder->text());
    if (!folder.isEmpty())
        m_folder->setText(folder);
}

/// Shows the folder of a command that was chosen from the list.
void WatchDialog::showFolder(int recent)
{
    const bool isOther = std::exchange(m_chosen, recent) != recent;
    if (isOther && recent >= 0 && static_cast<std::size_t>(recent) < m_recent.size())
        m_folder->setText(m_recent[static_cast<std::size_t>(recent)].folder);
}

void WatchDialog::check()
{
    const auto words = splitWords(QFile::encodeName(m_line->currentText()).toStdString());
    const QString text = m_line->currentText().trimmed();
    const QString problem = words ? QString()
        : text.isEmpty()          ? tr("Enter a command")
                                  : asSentence(QString::fromStdString(words.error().message));
    const QString folder = m_folder->text();
    const QString folderProblem = folder.isEmpty() ? tr("Name a folder")
        : QDir(folder).exists()                    ? QString()
                                                   : tr("There is no folder %1").arg(folder);
    m_lineField->setProblem(problem);
    m_folderField->setProblem(folderProblem, m_folder);
    m_request = {words.value_or(std::vector<std::string>()), folder};
    for (QAbstractButton *button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) != QDialogButtonBox::AcceptRole)
            continue;
        button->setEnabled(problem.isEmpty() && folderProblem.isEmpty());
        button->setToolTip(literalToolTip(problem.isEmpty() ? folderProblem : problem));
    }
}

} // namespace poolscope
