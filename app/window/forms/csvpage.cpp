// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/csvpage.h"

#include "charts/literaltext.h"
#include "window/forms/choicebox.h"
#include "window/forms/formfield.h"
#include "window/forms/optiontext.h"
#include "window/look.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

namespace poolscope {

namespace {

constexpr std::size_t previewRows = 3;
constexpr std::size_t mostColumnsShown = 1000;
constexpr int shownLines = 7;
constexpr qsizetype longestField = 60; // characters
constexpr int widestColumnName = 26; // in widths of a character
constexpr int widestField = 10;

struct Delimiter {
    char character;
    const char *name;
};
constexpr Delimiter delimiters[] = {
    {',', QT_TRANSLATE_NOOP("CsvPage", "Comma")},
    {';', QT_TRANSLATE_NOOP("CsvPage", "Semicolon")},
    {'\t', QT_TRANSLATE_NOOP("CsvPage", "Tab")},
    {'|', QT_TRANSLATE_NOOP("CsvPage", "Bar")},
    {' ', QT_TRANSLATE_NOOP("CsvPage", "Space")},
};

QString shown(const std::string &field)
{
    QString text = QString::fromStdString(field).simplified();
    return text.size() > longestField ? text.left(longestField) + QChar(0x2026) : text;
}

bool contains(const std::vector<std::string> &names, const std::string &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

CsvPage::CsvPage(QWidget *parent)
    : QWidget(parent)
    , m_path(new QLineEdit)
{
    m_path->setObjectName(QStringLiteral("csvFile"));
    m_path->setPlaceholderText(tr("a CSV file"));
    m_path->setToolTip(optionToolTip(runOption("--csv")));
    auto *browse = new QPushButton(tr("Choose\u2026"));
    browse->setToolTip(tr("Choose a CSV file"));
    connect(browse, &QPushButton::clicked, this, &CsvPage::chooseFile);
    connect(m_path, &QLineEdit::textChanged, this, &CsvPage::edited);
    m_pathField = new FormField(optionLabel(runOption("--csv")), rowOf({m_path, browse}));
    makeTable();
    m_columnsField = new FormField(optionLabel(runOption("--columns")), m_table);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_pathField);
    layout->addWidget(makeLayoutControls());
    layout->addWidget(m_columnsField);
    edited();
}

QWidget *CsvPage::makeLayoutControls()
{
    m_delimiter =
        choiceBox(QStringLiteral("csvDelimiter"), optionToolTip(runOption("--delimiter")));
    for (const Delimiter &delimiter : delimiters)
        m_delimiter->addItem(tr(delimiter.name), delimiter.character);
    m_header = new QCheckBox(optionLabel(runOption("--header")));
    m_header->setObjectName(QStringLiteral("csvHeader"));
    m_header->setToolTip(optionToolTip(runOption("--header")));
    m_header->setChecked(true);
    connect(m_delimiter, &QComboBox::currentIndexChanged, this, &CsvPage::edited);
    connect(m_header, &QCheckBox::toggled, this, [this] {
        m_wanted.clear();
        edited();
    });
    return new FormField(optionLabel(runOption("--delimiter")), rowOf({m_delimiter, m_header}));
}

void CsvPage::makeTable()
{
    m_table = new QTableWidget(0, 1 + static_cast<int>(previewRows));
    m_table->setObjectName(QStringLiteral("csvColumns"));
    m_table->setToolTip(optionToolTip(runOption("--columns")));
    m_table->horizontalHeader()->hide();
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setCornerWidget(new QWidget);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    const int line = m_table->fontMetrics().height() + gridUnit;
    m_table->verticalHeader()->setDefaultSectionSize(line);
    m_table->setFixedHeight(shownLines * line);
    connect(m_table, &QTableWidget::itemChanged, this, &CsvPage::columnsEdited);
}

void CsvPage::chooseFile()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("A CSV file"),
        QFileInfo(m_path->text()).path(), tr("CSV (*.csv *.tsv *.tab *.txt);;All files (*)"));
    if (!path.isEmpty())
        setFile(path);
}

CsvInput CsvPage::layoutSpec() const
{
    CsvInput spec;
    spec.path = QFile::encodeName(m_path->text()).toStdString();
    spec.delimiter = static_cast<char>(m_delimiter->currentData().toInt());
    spec.header = m_header->isChecked() ? CsvInput::Header::FirstRow : CsvInput::Header::None;
    return spec;
}

CsvInput CsvPage::spec() const
{
    CsvInput spec = layoutSpec();
    spec.columns = m_wanted;
    return spec;
}

void CsvPage::setSpec(const CsvInput &spec)
{
    int delimiter = m_delimiter->findData(spec.delimiter);
    if (delimiter < 0) {
        delimiter = m_delimiter->count();
        m_delimiter->addItem(QString(QLatin1Char(spec.delimiter)), spec.delimiter);
    }
    {
        const QSignalBlocker once(this);
        m_delimiter->setCurrentIndex(delimiter);
        m_header->setChecked(spec.header == CsvInput::Header::FirstRow);
        m_path->setText(QFile::decodeName(spec.path.c_str()));
    }
    m_wanted = spec.columns;
    edited();
}

void CsvPage::setFile(const QString &path)
{
    CsvInput spec = layoutSpec();
    spec.path = QFile::encodeName(path).toStdString();
    if (path.endsWith(QStringLiteral(".tsv")) || path.endsWith(QStringLiteral(".tab")))
        spec.delimiter = '\t';
    setSpec(spec);
}

QStringList CsvPage::columns() const
{
    QStringList names;
    for (const std::string &name : checkedColumns())
        names << shown(name);
    return names;
}

QString CsvPage::problem() const
{
    return m_pathField->problem().isEmpty() ? m_columnsField->problem() : m_pathField->problem();
}

void CsvPage::edited()
{
    m_columnsField->setVisible(false);
    m_columnsField->setProblem({});
    if (m_path->text().isEmpty()) {
        m_pathField->setProblem(tr("Choose a file, or drop one on the window"));
    } else if (const auto preview = previewCsv(layoutSpec(), previewRows); !preview) {
        m_pathField->setProblem(QString::fromStdString(preview.error().message));
    } else {
        m_pathField->setProblem({});
        showPreview(*preview);
    }
    emit changed();
}

void CsvPage::showPreview(const CsvPreview &preview)
{
    m_columns = preview.columns;
    const QSignalBlocker quiet(m_table);
    m_table->setRowCount(0);
    for (std::size_t i = 0; i < std::min(m_columns.size(), mostColumnsShown); ++i)
        addColumn(preview, i);
    fitColumns();
    m_columnsField->setVisible(true);
    updateColumnsProblem();
}

void CsvPage::addColumn(const CsvPreview &preview, std::size_t column)
{
    const int line = m_table->rowCount();
    m_table->insertRow(line);
    auto *name = new QTableWidgetItem(shown(m_columns[column]));
    name->setToolTip(literalToolTip(name->text()));
    name->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
    const bool isWanted = m_wanted.empty() || contains(m_wanted, m_columns[column]);
    name->setCheckState(isWanted ? Qt::Checked : Qt::Unchecked);
    m_table->setItem(line, 0, name);
    for (std::size_t row = 0; row < preview.rows.size(); ++row) {
        const auto &fields = preview.rows[row];
        auto *field =
            new QTableWidgetItem(column < fields.size() ? shown(fields[column]) : QString());
        field->setFlags(Qt::ItemIsEnabled);
        field->setToolTip(literalToolTip(field->text()));
        m_table->setItem(line, 1 + static_cast<int>(row), field);
    }
}

/// Limits the widths of columns, so that a long name or field does not hide the others.
void CsvPage::fitColumns()
{
    m_table->resizeColumnsToContents();
    const int character = m_table->fontMetrics().averageCharWidth();
    for (int column = 0; column < m_table->columnCount(); ++column) {
        const bool hasCheckBoxes = column == 0; // the style ignores their margins
        const int widest = character * (hasCheckBoxes ? widestColumnName : widestField);
        const int wanted = m_table->columnWidth(column) + (hasCheckBoxes ? 2 * character : 0);
        m_table->setColumnWidth(column, std::min(wanted, widest));
    }
}

std::vector<std::string> CsvPage::checkedColumns() const
{
    std::vector<std::string> checked;
    for (int line = 0; line < m_table->rowCount(); ++line) {
        if (m_table->item(line, 0)->checkState() == Qt::Checked)
            checked.push_back(m_columns[static_cast<std::size_t>(line)]);
    }
    return checked;
}

void CsvPage::columnsEdited()
{
    m_wanted = checkedColumns();
    updateColumnsProblem();
    if (m_wanted.size() == m_columns.size())
        m_wanted.clear();
    emit changed();
}

/// Checks the columns before a run reports a problem with them.
void CsvPage::updateColumnsProblem()
{
    const std::vector<std::string> checked = checkedColumns();
    m_columnsField->setProblem(checked.empty() ? tr("Tick a column") : QString());
    for (const std::string &name : m_wanted) {
        if (!contains(m_columns, name))
            m_columnsField->setProblem(
                tr("there is no column '%1'").arg(QString::fromStdString(name)));
    }
    m_columnsField->setNote(
        tr("%1 of %2 are passed to the task").arg(checked.size()).arg(m_columns.size()));
}

} // namespace poolscope
