// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/filespage.h"

#include "charts/figuretext.h"
#include "run/background.h"
#include "window/forms/formfield.h"
#include "window/forms/optiontext.h"
#include "window/look.h"

#include <QFile>
#include <QFileDialog>
#include <QFontDatabase>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

namespace poolscope {

namespace {

constexpr int lookDelay = 250; // milliseconds after the last key
constexpr std::size_t filesShown = 5;
constexpr qsizetype longestPath = 33; // characters

/// Returns the end of a long path, which is more informative than its start.
QString shown(std::string_view path)
{
    const QByteArray bytes(path.data(), static_cast<qsizetype>(path.size()));
    QString text = QFile::decodeName(bytes);
    for (QChar &character : text) {
        if (!character.isPrint())
            character = QChar::ReplacementCharacter;
    }
    return text.size() > longestPath ? QChar(0x2026) + text.right(longestPath - 1) : text;
}

} // namespace

FilesPage::FilesPage(QWidget *parent)
    : QWidget(parent)
    , m_pattern(new QLineEdit)
    , m_first(new QLabel)
{
    m_pattern->setObjectName(QStringLiteral("filesPattern"));
    m_pattern->setPlaceholderText(QStringLiteral("images/**/*.png"));
    m_pattern->setToolTip(optionToolTip(runOption("--files")));
    auto *browse = new QPushButton(tr("Folder\u2026"));
    browse->setToolTip(tr("Choose a folder, for all files below it"));
    m_patternField = new FormField(optionLabel(runOption("--files")), rowOf({m_pattern, browse}));
    m_first->setTextFormat(Qt::PlainText);
    m_first->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_first->setAccessibleDescription(tr("The first files"));
    m_first->setMinimumWidth(0);
    m_first->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_patternField);
    layout->addWidget(m_first);
    m_lookTimer.setSingleShot(true);
    m_lookTimer.setInterval(lookDelay);
    connect(&m_lookTimer, &QTimer::timeout, this, &FilesPage::look);
    connect(m_pattern, &QLineEdit::textChanged, this, &FilesPage::edited);
    connect(browse, &QPushButton::clicked, this, &FilesPage::chooseFolder);
    edited();
}

void FilesPage::chooseFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("A folder"));
    if (!folder.isEmpty())
        m_pattern->setText(folder + QStringLiteral("/**"));
}

FilesInput FilesPage::spec() const
{
    return {QFile::encodeName(m_pattern->text()).toStdString()};
}

void FilesPage::setSpec(const FilesInput &spec)
{
    m_pattern->setText(QFile::decodeName(spec.pattern.c_str()));
}

QString FilesPage::problem() const
{
    return m_patternField->problem();
}

void FilesPage::edited()
{
    m_first->clear();
    m_patternField->setNote({});
    const bool isEmpty = m_pattern->text().isEmpty();
    m_patternField->setProblem(isEmpty ? tr("Type a pattern, or choose a folder") : QString());
    if (isEmpty)
        m_lookTimer.stop();
    else
        m_lookTimer.start();
    emit changed();
}

/// Searches for the files on another thread, one pattern at a time. A search may take long.
void FilesPage::look()
{
    if (m_isLooking) {
        m_lookTimer.start();
        return;
    }
    m_isLooking = true;
    m_patternField->setNote(tr("Searching\u2026"));
    const std::string pattern = spec().pattern;
    auto found = std::make_shared<Result<FileList>>(failure({}));
    inBackground(
        this, [found, pattern] { *found = FileList::match(pattern); },
        [this, found, pattern] {
            m_isLooking = false;
            if (pattern == spec().pattern)
                show(*found);
        });
}

void FilesPage::show(const Result<FileList> &files)
{
    m_patternField->setProblem(files ? QString() : QString::fromStdString(files.error().message));
    if (files) {
        m_patternField->setNote(files->size() == 1
                ? tr("1 file:")
                : tr("%1 files; the first of them:").arg(figureText(Count{files->size()})));
        QStringList first;
        for (std::size_t i = 0; i < std::min(files->size(), filesShown); ++i)
            first << shown(files->path(i));
        m_first->setText(first.join(QLatin1Char('\n')));
    }
    emit changed();
}

} // namespace poolscope
