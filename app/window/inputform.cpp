// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/inputform.h"

#include "charts/units.h"
#include "input/integerrange.h"
#include "window/formfield.h"
#include "window/kindpages.h"
#include "window/look.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontDatabase>
#include <QPushButton>
#include <QVBoxLayout>

namespace poolscope {

namespace {

constexpr int previewLines = 5;
constexpr qint64 previewBytes = 64 * 1024;
constexpr int previewWidth = 33; // characters
enum Page { rangePage, linesPage };

QLineEdit *numberEdit(const QString &name, const QString &accessibleName, const QString &toolTip)
{
    auto *edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setAccessibleName(accessibleName);
    edit->setToolTip(toolTip);
    edit->setMinimumWidth(50);
    return edit;
}

/// The first lines of what a file begins with, each cut to what a panel has room for.
QString previewOf(const QByteArray &head)
{
    QString text = QString::fromUtf8(head);
    text.replace(QStringLiteral("\r\n"), QStringLiteral("\n"))
        .replace(QLatin1Char('\r'), QLatin1Char('\n'));
    QStringList lines = text.split(QLatin1Char('\n')).mid(0, previewLines);
    for (QString &line : lines) {
        line.replace(QLatin1Char('\t'), QLatin1Char(' '));
        if (line.size() > previewWidth)
            line = line.left(previewWidth - 1) + QChar(0x2026);
    }
    return lines.join(QLatin1Char('\n'));
}

QString sizeText(std::uint64_t bytes)
{
    return bytes < 100'000 ? QObject::tr("%1 bytes").arg(countText(bytes)) : memoryText(bytes);
}

} // namespace

InputForm::InputForm(QWidget *parent)
    : QWidget(parent)
    , m_kind(new KindPages(QStringLiteral("inputKind"), tr("Kind of input"),
          tr("What the task is run on; a file can also be dropped on the window (Alt+N)")))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_kind);
    setFocusProxy(m_kind->focusProxy());
    m_kind->addKind(tr("Integer range"), makeRangePage());
    m_kind->addKind(tr("Lines of a file"), makeLinesPage());
    connect(m_kind, &KindPages::kindChanged, this, &InputForm::edited);
    edited();
}

QWidget *InputForm::makeRangePage()
{
    m_start =
        numberEdit(QStringLiteral("rangeStart"), tr("Start of the range"), tr("The first integer"));
    m_stop = numberEdit(QStringLiteral("rangeStop"), tr("Stop of the range"),
        tr("The range ends before this integer, as Python's does"));
    m_step = numberEdit(QStringLiteral("rangeStep"), tr("Step of the range"),
        tr("From one integer to the next; negative to count down, never 0"));
    m_start->setText(QStringLiteral("0"));
    m_stop->setText(QStringLiteral("1"));
    m_step->setText(QStringLiteral("1"));
    for (QLineEdit *edit : {m_start, m_stop, m_step})
        connect(edit, &QLineEdit::textChanged, this, &InputForm::edited);
    m_rangeField = new FormField(tr("Start, stop, step"), rowOf({m_start, m_stop, m_step}));
    return m_rangeField;
}

QWidget *InputForm::makeLinesPage()
{
    m_path = new QLineEdit;
    m_path->setObjectName(QStringLiteral("linesFile"));
    m_path->setPlaceholderText(tr("a text file"));
    m_path->setToolTip(tr("Each of its lines is an input; it can be larger than memory"));
    auto *browse = new QPushButton(tr("Choose\u2026"));
    browse->setToolTip(tr("Choose a text file"));
    m_pathField = new FormField(tr("File"), rowOf({m_path, browse}));
    m_preview = new QLabel;
    m_preview->setTextFormat(Qt::PlainText);
    m_preview->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_preview->setAccessibleName(tr("The first lines of the file"));
    m_preview->setMinimumWidth(0);
    m_preview->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    connect(m_path, &QLineEdit::textChanged, this, &InputForm::edited);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(
            this, tr("A text file"), QFileInfo(m_path->text()).path(), tr("All files (*)"));
        if (!path.isEmpty())
            setLinesFile(path);
    });
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_pathField);
    layout->addWidget(m_preview);
    return page;
}

std::string InputForm::rangeText() const
{
    return (m_start->text().trimmed() + QLatin1Char(':') + m_stop->text().trimmed()
        + QLatin1Char(':') + m_step->text().trimmed())
        .toStdString();
}

InputSpec InputForm::spec() const
{
    if (m_kind->kind() == linesPage)
        return LinesInput{QFile::encodeName(m_path->text()).toStdString()};
    return parseRange(rangeText()).value_or(RangeInput());
}

void InputForm::setSpec(const InputSpec &spec)
{
    if (const auto *lines = std::get_if<LinesInput>(&spec)) {
        setLinesFile(QFile::decodeName(lines->path.c_str()));
        return;
    }
    const auto *given = std::get_if<RangeInput>(&spec);
    const RangeInput range = given ? *given : RangeInput();
    m_start->setText(QString::number(range.start));
    m_stop->setText(QString::number(range.stop));
    m_step->setText(QString::number(range.step));
    m_kind->setKind(rangePage);
}

void InputForm::setLinesFile(const QString &path)
{
    m_path->setText(path);
    m_kind->setKind(linesPage);
}

QString InputForm::problem() const
{
    return (m_kind->kind() == rangePage ? m_rangeField : m_pathField)->problem();
}

void InputForm::edited()
{
    if (m_kind->kind() == rangePage)
        updateRange();
    else
        updateLines();
    emit changed();
}

void InputForm::updateRange()
{
    const auto range = parseRange(rangeText());
    m_rangeField->setProblem(range ? QString() : QString::fromStdString(range.error().message));
    if (range)
        m_rangeField->setNote(tr("%1 inputs").arg(countText(poolscope::size(*range))));
}

void InputForm::updateLines()
{
    m_preview->clear();
    QFile file(m_path->text());
    const QFileInfo info(file);
    if (m_path->text().isEmpty()) {
        m_pathField->setProblem(tr("Choose a file, or drop one on the window"));
        return;
    }
    if (info.exists() && !info.isFile()) {
        m_pathField->setProblem(tr("cannot read %1: it is not a regular file").arg(m_path->text()));
        return;
    }
    if (!file.open(QIODevice::ReadOnly)) {
        m_pathField->setProblem(tr("cannot read %1: %2").arg(m_path->text(), file.errorString()));
        return;
    }
    m_pathField->setProblem({});
    m_pathField->setNote(info.size() == 0
            ? tr("It is empty: there is nothing to do")
            : tr("%1; its first lines:").arg(sizeText(static_cast<std::uint64_t>(info.size()))));
    m_preview->setText(previewOf(file.read(previewBytes)));
}

} // namespace poolscope
