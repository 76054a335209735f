// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/inputform.h"

#include "charts/figuretext.h"
#include "spec/integerrange.h"
#include "window/forms/csvpage.h"
#include "window/forms/filespage.h"
#include "window/forms/formfield.h"
#include "window/forms/kindpages.h"
#include "window/forms/optiontext.h"
#include "window/look.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontDatabase>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace poolscope {

namespace {

constexpr int previewLines = 5;
constexpr qint64 previewBytes = 64 * 1024;
constexpr int previewWidth = 33; // characters
enum InputFormPage { rangePage, linesPage, csvPage, filesPage };

QLineEdit *numberEdit(const QString &name, const QString &accessibleName, const QString &toolTip)
{
    auto *edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setAccessibleName(accessibleName);
    edit->setToolTip(toolTip);
    edit->setMinimumWidth(50);
    return edit;
}

/// Returns the first lines of the start of a file, each cut to the width of the panel.
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

} // namespace

InputForm::InputForm(QWidget *parent)
    : QWidget(parent)
    , m_kind(new KindPages(QStringLiteral("inputKind"), tr("Kind of input"),
          tr("Inputs of the task; a file can also be dropped on the window (Alt+N)")))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_kind);
    setFocusProxy(m_kind->focusProxy());
    m_kind->addKind(tr("Integer range"), makeRangePage());
    m_kind->addKind(tr("Lines of a file"), makeLinesPage());
    m_csv = new CsvPage;
    m_kind->addKind(tr("Rows of a CSV file"), m_csv);
    m_files = new FilesPage;
    m_kind->addKind(tr("Files"), m_files);
    connect(m_csv, &CsvPage::changed, this, &InputForm::changed);
    connect(m_files, &FilesPage::changed, this, &InputForm::changed);
    connect(m_kind, &KindPages::kindChanged, this, &InputForm::edited);
    edited();
}

QWidget *InputForm::makeRangePage()
{
    m_start =
        numberEdit(QStringLiteral("rangeStart"), tr("Start of the range"), tr("The first integer"));
    m_stop = numberEdit(QStringLiteral("rangeStop"), tr("Stop of the range"),
        tr("The range ends before this integer, as in Python"));
    m_step = numberEdit(QStringLiteral("rangeStep"), tr("Step of the range"),
        tr("Difference between neighbours; negative to count down, not 0"));
    m_start->setText(QStringLiteral("0"));
    m_stop->setText(QStringLiteral("1"));
    m_step->setText(QStringLiteral("1"));
    for (QLineEdit *edit : {m_start, m_stop, m_step})
        connect(edit, &QLineEdit::textChanged, this, &InputForm::edited);
    m_rangeField =
        new FormField(optionLabel(runOption("--range")), rowOf({m_start, m_stop, m_step}));
    return m_rangeField;
}

QWidget *InputForm::makeLinesPage()
{
    m_path = new QLineEdit;
    m_path->setObjectName(QStringLiteral("linesFile"));
    m_path->setPlaceholderText(tr("a text file"));
    m_path->setToolTip(optionToolTip(runOption("--lines")));
    auto *browse = new QPushButton(tr("Choose\u2026"));
    browse->setToolTip(tr("Choose a text file"));
    m_pathField = new FormField(optionLabel(runOption("--lines")), rowOf({m_path, browse}));
    m_preview = new QLabel;
    m_preview->setTextFormat(Qt::PlainText);
    m_preview->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_preview->setAccessibleDescription(tr("The first lines of the file"));
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

LinesInput InputForm::lines() const
{
    return {QFile::encodeName(m_path->text()).toStdString()};
}

InputSpec InputForm::spec() const
{
    if (m_kind->kind() == linesPage)
        return lines();
    if (m_kind->kind() == csvPage)
        return m_csv->spec();
    if (m_kind->kind() == filesPage)
        return m_files->spec();
    return parseRange(rangeText()).value_or(RangeInput());
}

void InputForm::setSpec(const InputSpec &spec)
{
    if (const auto *lines = std::get_if<LinesInput>(&spec)) {
        setLinesFile(QFile::decodeName(lines->path.c_str()));
        return;
    }
    if (const auto *csv = std::get_if<CsvInput>(&spec)) {
        m_csv->setSpec(*csv);
        m_kind->setKind(csvPage);
        return;
    }
    if (const auto *files = std::get_if<FilesInput>(&spec)) {
        m_files->setSpec(*files);
        m_kind->setKind(filesPage);
        return;
    }
    const RangeInput range = std::get<RangeInput>(spec);
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

void InputForm::setFile(const QString &path)
{
    const QString name = path.toLower();
    const auto isCalled = [&](const char *ending) {
        return name.endsWith(QLatin1String(ending));
    };
    if (!isCalled(".csv") && !isCalled(".tsv") && !isCalled(".tab")) {
        setLinesFile(path);
        return;
    }
    m_csv->setFile(path);
    m_kind->setKind(csvPage);
}

QString InputForm::problem() const
{
    switch (m_kind->kind()) {
    case linesPage:
        return m_pathField->problem();
    case csvPage:
        return m_csv->problem();
    case filesPage:
        return m_files->problem();
    default:
        return m_rangeField->problem();
    }
}

QStringList InputForm::columns() const
{
    return m_kind->kind() == csvPage ? m_csv->columns() : QStringList();
}

void InputForm::edited()
{
    if (m_kind->kind() == rangePage)
        updateRange();
    else if (m_kind->kind() == linesPage)
        updateLines();
    emit changed();
}

void InputForm::updateRange()
{
    const auto range = parseRange(rangeText());
    m_rangeField->setProblem(range ? QString() : rangeProblem(), range ? nullptr : wrongOfRange());
    if (range)
        m_rangeField->setNote(tr("%1 inputs").arg(figureText(Count{poolscope::size(*range)})));
}

QString InputForm::rangeProblem() const
{
    for (const auto &[edit, name] :
        {std::pair(m_start, tr("Start")), {m_stop, tr("Stop")}, {m_step, tr("Step")}}) {
        bool isNumber = false;
        edit->text().trimmed().toLongLong(&isNumber);
        if (isNumber)
            continue;
        static const QRegularExpression digits(QStringLiteral("^\\s*[+-]?\\d+\\s*$"));
        return digits.match(edit->text()).hasMatch() ? tr("%1 does not fit in 64 bits").arg(name)
                                                     : tr("%1 is not a whole number").arg(name);
    }
    return m_step->text().trimmed().toLongLong() == 0
        ? tr("Step must not be 0")
        : QString::fromStdString(parseRange(rangeText()).error().message);
}

/// The first control without a valid number.
const QWidget *InputForm::wrongOfRange() const
{
    const auto textOf = [](const QLineEdit *edit) {
        return edit->text().trimmed().toStdString();
    };
    if (!parseRange(textOf(m_start) + ":0:1"))
        return m_start;
    return parseRange("0:" + textOf(m_stop) + ":1") ? m_step : m_stop;
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
    if (lines().isStandardInput()) {
        m_pathField->setProblem(
            tr("Only 'poolscope run' reads lines of standard input: choose a file"));
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
            ? tr("The file is empty")
            : tr("%1; its first lines:")
                  .arg(figureText(Bytes{static_cast<std::uint64_t>(info.size())})));
    m_preview->setText(previewOf(file.read(previewBytes)));
}

} // namespace poolscope
