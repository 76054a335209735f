// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/sweeppage.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "window/chartcard.h"
#include "window/forms/keptspecs.h"
#include "window/look.h"
#include "window/pages/experimenttext.h"
#include "window/pages/sweepform.h"
#include "window/sentence.h"
#include "window/topath.h"
#include "window/wrappinglabel.h"

#include <QFile>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QScrollArea>
#include <QSettings>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace poolscope {

namespace {

const QString workersKey = QStringLiteral("sweep/workers");
const QString chunksKey = QStringLiteral("sweep/chunks");
const QString repeatsKey = QStringLiteral("sweep/repeats");
const QString namedFileKey = QStringLiteral("sweep/namedFile");
const QString fileKey = QStringLiteral("sweep/file");
const QString sweptRunKey = QStringLiteral("sweep/run");
constexpr int legibleHeight = 236; // of the charts, with their legends

QString sweepsFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
        + QStringLiteral("/sweeps");
}

/// The task, input and settings that a sweep measures, without workers and chunk size.
QStringList argumentsOf(RunSpec spec)
{
    spec.pool.workers.reset();
    spec.pool.chunk.reset();
    return keptArguments(spec);
}

QString subjectOf(const RunSpec &spec)
{
    return taskText(spec.task) + QStringLiteral(" \u00b7 ") + inputText(spec.input);
}

} // namespace

SweepPage::SweepPage(QWidget *parent)
    : QWidget(parent)
    , m_form(new SweepForm)
    , m_main(new QPushButton)
    , m_over(new QPushButton(tr("Start over\u2026")))
    , m_measure(new QComboBox)
    , m_state(new WrappingLabel)
    , m_fits(new QLabel)
    , m_scaling(new ScalingChart)
    , m_map(new SweepMap)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeSide());
    layout->addWidget(makeCharts(), 1);
    connect(m_main, &QPushButton::clicked, this, &SweepPage::pressed);
    connect(m_over, &QPushButton::clicked, this, &SweepPage::startOver);
    connect(m_form, &SweepForm::changed, this, &SweepPage::showState);
    connect(m_measure, &QComboBox::currentIndexChanged, m_scaling,
        [this](int index) { m_scaling->setMeasure(static_cast<ScalingChart::Measure>(index)); });
    connect(m_best.apply, &QPushButton::clicked, this, [this] { apply(m_figures->best()); });
    connect(
        m_cheapest.apply, &QPushButton::clicked, this, [this] { apply(m_figures->cheapest()); });
    connectSweep();
    readLast();
    showFigures();
    showState();
}

SweepPage::~SweepPage() = default;

void SweepPage::connectSweep()
{
    const Experiment &experiment = m_sweeper.experiment();
    connect(&experiment, &Experiment::activityChanged, this, [this] {
        showState();
        emit sweepingChanged();
    });
    connect(&experiment, &Experiment::progressed, this, &SweepPage::showProgress);
    connect(&experiment, &Experiment::ended, this, [this](const ExperimentEnd &end) {
        if (!end.error.empty())
            emit failed(QString::fromStdString(end.error), QString::fromStdString(end.detail));
    });
    connect(&m_sweeper, &Sweeper::opened, this, &SweepPage::begin);
    connect(&m_sweeper, &Sweeper::measured, this, &SweepPage::showMeasured);
    connect(&m_sweeper, &Sweeper::fileFailed, this,
        [this](const std::string &why) { emit failed(QString::fromStdString(why), {}); });
}

QWidget *SweepPage::makeSide()
{
    m_main->setObjectName(QStringLiteral("sweepMain"));
    m_over->setObjectName(QStringLiteral("sweepOver"));
    m_over->setToolTip(
        tr("Discard the measurements and measure all settings again, after confirmation"));
    m_state->setObjectName(QStringLiteral("sweepState"));
    m_state->setAccessibleDescription(tr("State of the sweep"));
    m_fits->setObjectName(QStringLiteral("sweepFits"));
    m_fits->setAccessibleDescription(tr("Fitted laws"));
    m_fits->setWordWrap(true);
    m_fits->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *side = new QWidget;
    side->setObjectName(QStringLiteral("panel"));
    auto *layout = new QVBoxLayout(side);
    layout->setContentsMargins(gridUnit, gridUnit, gridUnit, 0);
    layout->setSpacing(gridUnit / 2);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(gridUnit);
    buttons->addWidget(m_main);
    buttons->addWidget(m_over);
    buttons->addStretch();
    layout->addWidget(m_form);
    layout->addLayout(buttons);
    layout->addWidget(m_state);
    m_best = makeChoice(
        QStringLiteral("sweepBest"), tr("Use the fastest setting for the next run"), layout);
    m_cheapest = makeChoice(QStringLiteral("sweepCheapest"),
        tr("Use the setting with the fewest workers within 5% of the fastest for the next run"),
        layout);
    layout->addWidget(m_fits);
    layout->addStretch();
    auto *scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setFixedWidth(sideWidth);
    scroll->setWidget(side);
    return scroll;
}

SweepPage::Choice SweepPage::makeChoice(const QString &name, const QString &toolTip, QLayout *into)
{
    Choice choice{new QLabel, new QPushButton(tr("Apply"))};
    choice.text->setObjectName(name);
    choice.text->setTextFormat(Qt::PlainText);
    choice.text->setWordWrap(true);
    choice.apply->setObjectName(name + QStringLiteral("Apply"));
    choice.apply->setAccessibleName(tr("Apply the setting"));
    choice.apply->setToolTip(toolTip);
    auto *row = new QHBoxLayout;
    row->setSpacing(gridUnit);
    row->addWidget(choice.text, 1);
    row->addWidget(choice.apply);
    static_cast<QBoxLayout *>(into)->addLayout(row);
    return choice;
}

QWidget *SweepPage::makeCharts()
{
    m_measure->setObjectName(QStringLiteral("sweepMeasure"));
    m_measure->setAccessibleName(tr("Quantity in the scaling chart"));
    m_measure->setToolTip(tr("Quantity that is drawn against the number of workers"));
    m_measure->addItems({tr("Throughput"), tr("Speedup"), tr("Efficiency")});
    auto *charts = new QWidget;
    auto *layout = new QHBoxLayout(charts);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    for (SweepChart *chart : std::initializer_list<SweepChart *>{m_scaling, m_map})
        m_cards.push_back(new ChartCard(chart, nullptr));
    m_cards.front()->addControl(m_measure);
    layout->addWidget(m_cards.front(), 3);
    layout->addWidget(m_cards.back(), 2);
    return charts;
}

/// Requires the height of the charts only while the page is shown, since other pages need less.
void SweepPage::showEvent(QShowEvent *event)
{
    setMinimumHeight(legibleHeight);
    QWidget::showEvent(event);
}

void SweepPage::hideEvent(QHideEvent *event)
{
    setMinimumHeight(0);
    QWidget::hideEvent(event);
}

void SweepPage::setSubject(const RunSpec &spec, const QString &problem)
{
    m_spec = spec;
    m_problem = problem;
    if (problem.isEmpty() && isReadOnce(spec.input))
        m_problem = tr("A sweep reads its inputs for every run: choose a file");
    showState();
}

void SweepPage::setBusy(bool busy)
{
    m_busy = busy;
    showState();
}

/// The number of missing runs of the sweep that is shown. Nothing if the form describes another
/// one.
std::optional<std::size_t> SweepPage::missing() const
{
    const auto plan = m_form->plan();
    const bool isSame = !m_last.file.isEmpty() && argumentsOf(m_spec) == m_last.run
        && m_form->file() == m_last.named;
    if (!plan || !isSame)
        return std::nullopt;
    return missingSteps(*plan, m_last.measurements).size();
}

/// Whether a start would measure only the missing runs of the last sweep.
bool SweepPage::continuesLast() const
{
    const auto left = missing();
    return left && *left > 0 && *left < stepsOf(*m_form->plan()).size();
}

void SweepPage::pressed()
{
    if (isSweeping())
        m_sweeper.experiment().stop();
    else if (missing() == 0U)
        startOver();
    else
        start(Sweeper::Request::Earlier::Keep);
}

void SweepPage::startOver()
{
    QMessageBox box(QMessageBox::NoIcon, tr("Start over"), tr("Measure all settings again?"),
        QMessageBox::NoButton, this);
    box.setInformativeText(tr("The measurements so far are lost."));
    QPushButton *confirmed = box.addButton(tr("Start over"), QMessageBox::DestructiveRole);
    box.setDefaultButton(box.addButton(tr("Keep"), QMessageBox::RejectRole));
    box.exec();
    if (box.clickedButton() == confirmed)
        start(Sweeper::Request::Earlier::Discard);
}

void SweepPage::start(Sweeper::Request::Earlier earlier)
{
    const auto plan = m_form->plan();
    if (!plan || !m_problem.isEmpty() || m_busy)
        return;
    m_last.run = argumentsOf(m_spec);
    m_last.subject = subjectOf(m_spec);
    m_last.plan = *plan;
    m_last.named = m_form->file();
    m_last.file.clear();
    m_last.measurements.clear();
    m_sweeper.start({m_spec, *plan, toPath(m_form->file()), toPath(sweepsFolder()), earlier});
    showFigures();
}

void SweepPage::begin(const std::string &file)
{
    m_last.file = QFile::decodeName(QByteArray::fromStdString(file));
    writeLast();
    showMeasured();
    showState();
}

void SweepPage::showMeasured()
{
    m_last.measurements = m_sweeper.measurements();
    showFigures();
}

void SweepPage::apply(const SweepCell *cell)
{
    RunSpec spec = m_spec;
    spec.pool.workers = cell->setting.workers;
    spec.pool.chunk = cell->setting.chunk;
    emit applyWanted(spec);
}

void SweepPage::showState()
{
    const bool sweeping = isSweeping();
    const bool continues = !sweeping && continuesLast();
    const bool isWrong = !m_problem.isEmpty() || !m_form->plan();
    m_main->setText(sweeping ? tr("Stop") : continues ? tr("Continue") : tr("Start sweep"));
    m_main->setAccessibleName(sweeping ? tr("Stop the sweep")
            : continues                ? tr("Continue the sweep")
                                       : tr("Start the sweep"));
    m_main->setToolTip(sweeping
            ? tr("Stop; the measurements are kept, and the sweep can be continued")
            : isWrong   ? m_problem
            : m_busy    ? tr("A run is in progress")
            : continues ? tr("Measure what is missing: %1").arg(restText())
                        : tr("Measure each number of workers with each chunk size"));
    m_main->setEnabled(sweeping || (!isWrong && !m_busy));
    m_over->setVisible(continues);
    m_over->setEnabled(!isWrong && !m_busy);
    m_form->setEnabled(!sweeping);
    for (const Choice &choice : {m_best, m_cheapest})
        choice.apply->setEnabled(!sweeping && !m_busy);
    showProgress();
}

QString SweepPage::restText() const
{
    const SweepPlan plan = m_form->plan().value_or(m_last.plan);
    const std::size_t all = stepsOf(plan).size();
    const std::size_t done = all - missingSteps(plan, m_last.measurements).size();
    return tr("%1 of %2 runs are measured").arg(done).arg(all);
}

void SweepPage::showProgress()
{
    QString text = experimentText(m_sweeper.experiment().progress());
    if (text.isEmpty() && !m_last.measurements.empty())
        text = m_last.subject + QStringLiteral(": ") + restText();
    if (text.isEmpty())
        text = tr("Measures each number of workers with each chunk size, in random order");
    if (const std::uint64_t failed = failedInputsIn(m_last.measurements))
        text += tr(". %1 inputs failed: what was measured is how fast they fail")
                    .arg(figureText(Count{failed}));
    m_state->setText(text);
}

void SweepPage::showFigures()
{
    m_figures = sweepFigures(m_last.subject, m_last.plan, m_last.measurements);
    m_scaling->setSweep(m_figures);
    m_map->setSweep(m_figures);
    QStringList fits;
    for (const QString &line : m_figures->fitsText.split(u'\n'))
        fits << asSentence(line);
    m_fits->setText(fits.join(u'\n'));
    m_fits->setVisible(!m_figures->fitsText.isEmpty());
    showChoice(m_best, tr("Fastest"), m_figures->best());
    const bool isSame = m_figures->best() == m_figures->cheapest();
    showChoice(m_cheapest, tr("Within 5%"), isSame ? nullptr : m_figures->cheapest());
}

void SweepPage::showChoice(const Choice &choice, const QString &name, const SweepCell *cell)
{
    choice.text->setVisible(cell);
    choice.apply->setVisible(cell);
    if (!cell)
        return;
    choice.text->setText(
        tr("%1: %2, %3")
            .arg(name, settingText(cell->setting), figureText(Rate{cell->throughput.value})));
    choice.text->setToolTip(cellText(*cell));
}

void SweepPage::readLast()
{
    const QSettings settings;
    if (!settings.contains(workersKey))
        return;
    OptionValues typed(sweepCommand);
    for (const auto &[name, key] :
        {std::pair("--workers", workersKey), {"--chunk", chunksKey}, {"--repeats", repeatsKey}})
        typed.add(sweepOption(name), settings.value(key).toString().toStdString());
    m_form->setTyped(typed);
    m_last.named = settings.value(namedFileKey).toString();
    m_form->setFile(m_last.named);
    m_last.run = settings.value(sweptRunKey).toStringList();
    const auto spec = specOf(m_last.run);
    const auto plan = parseSweep(typed);
    const QString file = settings.value(fileKey).toString();
    auto measurements = readSweepFile(QFile::encodeName(file).toStdString());
    if (!spec || !plan || !measurements)
        return; // the file was deleted
    m_last.subject = subjectOf(*spec);
    m_last.plan = *plan;
    m_last.file = file;
    m_last.measurements = std::move(*measurements);
}

void SweepPage::writeLast() const
{
    QSettings settings;
    const OptionValues typed = m_form->typed();
    settings.setValue(workersKey, QString::fromStdString(typed.text("--workers")));
    settings.setValue(chunksKey, QString::fromStdString(typed.text("--chunk")));
    settings.setValue(repeatsKey, QString::fromStdString(typed.text("--repeats")));
    settings.setValue(namedFileKey, m_last.named);
    settings.setValue(fileKey, m_last.file);
    settings.setValue(sweptRunKey, m_last.run);
}

} // namespace poolscope
