// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/comparedialog.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "report/comparisonreport.h"
#include "run/background.h"
#include "run/runopening.h"
#include "window/chartcard.h"
#include "window/dialogs/exporter.h"
#include "window/look.h"
#include "window/sentence.h"

#include <QDialogButtonBox>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

namespace poolscope {

namespace {

constexpr int barsOfDoubling = 8;

QString asQString(const std::string &text)
{
    return QString::fromStdString(text);
}

QString letter(std::size_t run)
{
    return asQString(letterOf(run));
}

/// Returns the times at which the slices of a run begin, and the run's end, in nanoseconds.
QVector<double> timesOf(const ComparedRun &run)
{
    QVector<double> times;
    const std::size_t count = run.slices.size();
    for (std::size_t i = 0; count > 0 && i <= count; ++i)
        times << static_cast<double>(run.active) * static_cast<double>(i)
                / static_cast<double>(count);
    return times;
}

QVector<double> ratesOf(const ComparedRun &run)
{
    QVector<double> rates;
    const double seconds = static_cast<double>(run.active) / 1e9
        / static_cast<double>(std::max<std::size_t>(run.slices.size(), 1));
    for (const RunSlice &slice : run.slices)
        rates << slice.iterations / seconds;
    if (!rates.isEmpty())
        rates << rates.back(); // the last step has an end, too
    return rates;
}

QVector<double> doneOf(const ComparedRun &run)
{
    QVector<double> done;
    double iterations = 0;
    for (const RunSlice &slice : run.slices) {
        done << iterations;
        iterations += slice.iterations;
    }
    if (!done.isEmpty())
        done << iterations;
    for (double &value : done)
        value *= percent / std::max(iterations, 1.0);
    return done;
}

RunCurve durationsOf(const ComparedRun &run, const QString &name)
{
    RunCurve curve{name, {}, {}};
    const auto bars = run.durations.bars(barsOfDoubling);
    for (const DurationHistogram::Bar &bar : bars) {
        curve.keys << bar.range.from;
        curve.values << percent * static_cast<double>(bar.iterations)
                / static_cast<double>(run.durations.count());
    }
    if (!bars.empty()) {
        curve.keys << bars.back().range.to;
        curve.values << 0;
    }
    return curve;
}

} // namespace

/// The result of reading the files, which happens on another thread.
struct CompareDialog::Compared {
    Result<void> result;
    QStringList names; ///< name and settings of each run
    std::vector<ComparisonSubject> runs;
    std::vector<RunDifference> differences;

    void read(const QStringList &paths);
    Result<void> readRun(const QString &path);
};

Result<void> CompareDialog::Compared::readRun(const QString &path)
{
    return openRun(QFile::encodeName(path).toStdString()).map([&](const LoadedRun &run) {
        const std::string &label = run.info.label.name;
        names << (label.empty() ? QFileInfo(path).completeBaseName() : asQString(label))
                + QStringLiteral(": ") + settingsText(*run.record);
        runs.push_back(comparisonSubject(*run.record));
    });
}

void CompareDialog::Compared::read(const QStringList &paths)
{
    for (const QString &path : paths) {
        result = readRun(path);
        if (!result)
            return;
    }
    differences = differencesOf(runs);
}

CompareDialog::CompareDialog(
    const QStringList &paths, const Theme &theme, Exporter *exporter, QWidget *parent)
    : QDialog(parent)
    , m_theme(theme)
    , m_names(new QLabel)
    , m_says(new QLabel(tr("Reading the runs\u2026")))
    , m_table(new QTableWidget)
{
    setObjectName(QStringLiteral("compareDialog"));
    setWindowTitle(tr("Compare runs"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_names->setObjectName(QStringLiteral("comparedRuns"));
    m_says->setObjectName(QStringLiteral("differences"));
    m_says->setAccessibleDescription(tr("How they differ"));
    m_names->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a path can be long
    for (QLabel *label : {m_names, m_says}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_table->setObjectName(QStringLiteral("comparisonTable"));
    m_table->setAccessibleName(tr("Figures of the runs"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + gridUnit);
    m_table->horizontalHeader()->setHighlightSections(false);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_names);
    layout->addWidget(m_says);
    addCharts(exporter);
    layout->addWidget(m_table, 1);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    resize(parent->window()->size() * 0.9);
    auto compared = std::make_shared<Compared>();
    inBackground(
        this, [compared, paths] { compared->read(paths); }, [this, compared] { fill(*compared); });
}

CompareDialog::~CompareDialog() = default;

void CompareDialog::addCharts(Exporter *exporter)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(gridUnit);
    for (std::size_t i = 0; i < m_charts.size(); ++i) {
        auto *chart = new CurvesChart(static_cast<CurvesChart::What>(i));
        auto *card = new ChartCard(chart, nullptr);
        card->setTheme(m_theme);
        connect(card, &ChartCard::exportWanted, exporter,
            [exporter, chart] { exporter->exportChart(*chart); });
        connect(card, &ChartCard::copyWanted, exporter,
            [exporter, chart] { exporter->copyPicture(*chart); });
        m_charts[i] = chart;
        row->addWidget(card);
    }
    static_cast<QVBoxLayout *>(layout())->addLayout(row, 1);
}

void CompareDialog::fill(const Compared &compared)
{
    if (!compared.result) {
        m_says->setText(asSentence(asQString(compared.result.error().message)));
        return;
    }
    QStringList names;
    std::array<std::vector<RunCurve>, 3> curves;
    for (std::size_t i = 0; i < compared.runs.size(); ++i) {
        const ComparedRun &run = compared.runs[i].figures;
        names << letter(i) + QStringLiteral("  ") + compared.names[static_cast<qsizetype>(i)];
        curves[0].push_back({letter(i), timesOf(run), ratesOf(run)});
        curves[1].push_back({letter(i), timesOf(run), doneOf(run)});
        curves[2].push_back(durationsOf(run, letter(i)));
    }
    QStringList says;
    for (std::size_t i = 0; i < compared.differences.size(); ++i)
        says << asSentence(asQString(
                    differenceText(compared.differences[i], letterOf(0), letterOf(i + 1))))
                + u'.';
    m_names->setText(names.join(u'\n'));
    m_says->setText(says.join(u'\n'));
    for (std::size_t i = 0; i < m_charts.size(); ++i)
        m_charts[i]->setCurves(names.join(QStringLiteral(" \u00b7 ")), std::move(curves[i]));
    showTable(compared);
}

void CompareDialog::showTable(const Compared &compared)
{
    const auto rows = comparisonRows(compared.runs, compared.differences);
    const int runs = static_cast<int>(compared.runs.size());
    QStringList titles{QString()};
    for (int run = 0; run < runs; ++run)
        titles << letter(static_cast<std::size_t>(run));
    for (int run = 1; run < runs; ++run)
        titles << tr("%1 to A, 95%").arg(letter(static_cast<std::size_t>(run)));
    m_table->setRowCount(static_cast<int>(rows.size()));
    m_table->setColumnCount(static_cast<int>(titles.size()));
    m_table->setHorizontalHeaderLabels(titles);
    const auto set = [this](int row, int column, const std::string &text) {
        auto *item = new QTableWidgetItem(asQString(text));
        item->setTextAlignment(Qt::AlignVCenter | (column == 0 ? Qt::AlignLeft : Qt::AlignRight));
        m_table->setItem(row, column, item);
    };
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const ComparisonRow &of = rows[static_cast<std::size_t>(row)];
        set(row, 0, of.name);
        for (std::size_t i = 0; i < of.figures.size(); ++i)
            set(row, static_cast<int>(i) + 1, of.figures[i]);
        for (std::size_t i = 0; i < of.differences.size(); ++i)
            set(row, runs + static_cast<int>(i) + 1, of.differences[i]);
    }
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
}

} // namespace poolscope
