// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/whatifpage.h"

#include "analysis/whatif.h"
#include "charts/caption.h"
#include "window/chartcard.h"
#include "window/forms/choicebox.h"
#include "window/forms/countbox.h"
#include "window/look.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <algorithm>

namespace poolscope {

namespace {

/// Returns the numbers of workers at the positions of the slider, which are denser at low numbers.
const std::vector<std::uint32_t> &stops()
{
    static const std::vector<std::uint32_t> numbers = workersOfCurve(maxWorkers);
    return numbers;
}

int stopOf(int workers)
{
    const auto stop =
        std::lower_bound(stops().begin(), stops().end(), static_cast<std::uint32_t>(workers));
    return static_cast<int>(std::min(stop, stops().end() - 1) - stops().begin());
}

QSpinBox *replayBox(
    const QString &name, const QString &label, const QString &toolTip, std::uint64_t most)
{
    QSpinBox *box = automaticBox(name, toolTip, most);
    box->setAccessibleName(label);
    box->setKeyboardTracking(false);
    box->setFixedWidth(spinWidth);
    return box;
}

QString chunkToolTip(LeastCount least)
{
    return least == LeastCount::Automatic
        ? QObject::tr("Inputs that are sent to a worker at once; 0 is automatic")
        : QObject::tr("Inputs that are sent to a worker at once");
}

QLabel *labelOf(const QString &text, QWidget *control)
{
    auto *label = new QLabel(text);
    label->setObjectName(QStringLiteral("muted"));
    label->setBuddy(control);
    return label;
}

} // namespace

WhatIfPage::WhatIfPage(ChartCard *card, WhatIfChart *chart, QWidget *parent)
    : QWidget(parent)
    , m_chart(chart)
{
    auto *side = new QScrollArea; // so that the page needs no more height than others
    side->setWidgetResizable(true);
    side->setFrameShape(QFrame::NoFrame);
    side->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    side->setFixedWidth(sideWidth);
    side->setFocusPolicy(Qt::NoFocus);
    side->setWidget(makeControls());
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(side);
    layout->addWidget(card, 1);
    connectControls();
    connect(m_chart, &WhatIfChart::recordShown, this, &WhatIfPage::showRecord);
    connect(m_chart, &Chart::figureChanged, this, &WhatIfPage::showResult);
    connect(m_chart, &WhatIfChart::workersPicked, m_workers, &QSpinBox::setValue);
    showRecord();
}

QWidget *WhatIfPage::makeControls()
{
    makeProcesses();
    m_chunk = replayBox(QStringLiteral("whatIfChunk"), tr("Chunk of the replay"),
        chunkToolTip(LeastCount::Automatic), maxChunk);
    m_window = replayBox(QStringLiteral("whatIfWindow"), tr("Window of the replay"),
        tr("Chunks that a worker may hold at a time; 0 is automatic"), maxWindow);
    m_order = choiceBox(QStringLiteral("whatIfOrder"),
        tr("Longest first predicts a run that begins with its longest inputs; for such a run, sort "
           "the input"));
    m_order->setAccessibleName(tr("Order of the inputs"));
    m_order->addItems({tr("Inputs as given"), tr("Longest inputs first")});
    m_start = choiceBox(QStringLiteral("whatIfStart"),
        tr("Each new interpreter loads the task; copies of one process share what it has loaded"));
    m_start->setAccessibleName(tr("How workers start"));
    m_start->addItems({tr("New interpreters"), tr("Copies of one that has loaded the task")});
    m_start->hide();
    m_apply = new QPushButton(tr("&Use these"));
    m_apply->setObjectName(QStringLiteral("applyWhatIf"));
    m_text = new QLabel;
    m_text->setObjectName(QStringLiteral("whatIf"));
    m_text->setAccessibleDescription(tr("Prediction"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *panel = new QWidget;
    panel->setObjectName(QStringLiteral("panel"));
    auto *layout = new QGridLayout(panel);
    layout->setContentsMargins(gridUnit, gridUnit, gridUnit, 0);
    layout->setHorizontalSpacing(gridUnit);
    layout->setVerticalSpacing(gridUnit / 2);
    layout->addWidget(labelOf(tr("Processes"), m_workers), 0, 0);
    layout->addWidget(m_slider, 0, 1, 1, 2);
    layout->addWidget(m_workers, 0, 3);
    layout->addWidget(labelOf(tr("Chunk"), m_chunk), 1, 0);
    layout->addWidget(m_chunk, 1, 1);
    m_windowLabel = labelOf(tr("Window"), m_window);
    layout->addWidget(m_windowLabel, 1, 2);
    layout->addWidget(m_window, 1, 3);
    layout->addWidget(m_order, 2, 0, 1, 3);
    layout->addWidget(m_apply, 2, 3);
    layout->addWidget(m_start, 3, 0, 1, 3);
    layout->addWidget(m_text, 4, 0, 1, 4);
    layout->setRowStretch(5, 1);
    return panel;
}

void WhatIfPage::makeProcesses()
{
    const QString tip = tr("How many processes the run is replayed with, 1 to %1").arg(maxWorkers);
    m_slider = new QSlider(Qt::Horizontal);
    m_slider->setObjectName(QStringLiteral("whatIfSlider"));
    m_slider->setRange(0, static_cast<int>(stops().size()) - 1);
    m_slider->setPageStep(8);
    m_slider->setMinimumWidth(60);
    m_workers = new QSpinBox;
    m_workers->setObjectName(QStringLiteral("whatIfProcesses"));
    m_workers->setRange(1, static_cast<int>(maxWorkers));
    m_workers->setFixedWidth(spinWidth);
    m_workers->setKeyboardTracking(false); // typing "12" does not set 1 first
    for (QWidget *widget : {static_cast<QWidget *>(m_slider), static_cast<QWidget *>(m_workers)}) {
        widget->setToolTip(tip);
        widget->setAccessibleName(tr("Number of processes of the replay"));
    }
}

void WhatIfPage::connectControls()
{
    connect(m_slider, &QSlider::valueChanged, this, [this](int stop) {
        if (stopOf(m_workers->value()) != stop)
            m_workers->setValue(static_cast<int>(stops()[static_cast<std::size_t>(stop)]));
    });
    connect(m_workers, &QSpinBox::valueChanged, m_slider,
        [this](int workers) { m_slider->setValue(stopOf(workers)); });
    for (QSpinBox *box : {m_workers, m_chunk, m_window})
        connect(box, &QSpinBox::valueChanged, this, &WhatIfPage::choose);
    for (QComboBox *box : {m_order, m_start})
        connect(box, &QComboBox::currentIndexChanged, this, &WhatIfPage::choose);
    connect(m_apply, &QPushButton::clicked, this, &WhatIfPage::apply);
}

void WhatIfPage::setBusy(bool busy)
{
    m_busy = busy;
    showResult();
}

/// Shows the setting of the chart, initially the pool of the run.
void WhatIfPage::showRecord()
{
    const QScopedValueRollback shows(m_showsSetting, true);
    showControls(); // before values that they must accept
    const WhatIfSetting &setting = m_chart->setting();
    m_workers->setValue(static_cast<int>(setting.workers));
    setCount(m_chunk, setting.chunk);
    setCount(m_window, setting.window);
    m_order->setCurrentIndex(static_cast<int>(setting.order));
    showResult();
}

void WhatIfPage::choose()
{
    if (m_showsSetting)
        return;
    WhatIfSetting setting{static_cast<std::uint32_t>(m_workers->value()), countIn(m_chunk),
        countIn(m_window), static_cast<WhatIfSetting::Order>(m_order->currentIndex())};
    const auto start = static_cast<WorkerStart>(m_start->currentIndex());
    if (start != m_chart->starts().recorded)
        setting.start = start;
    m_chart->setSetting(setting);
}

/// Shows the start of workers, once its costs are known.
void WhatIfPage::showStart()
{
    const QScopedValueRollback shows(m_showsSetting, true);
    const StartCosts &starts = m_chart->starts();
    m_start->setVisible(starts.areKnown());
    m_start->setCurrentIndex(static_cast<int>(m_chart->setting().start.value_or(starts.recorded)));
}

/// Shows the settings that the run has: a call of a watched pool has no window, and its inputs have
/// one order.
void WhatIfPage::showControls()
{
    const QScopedValueRollback shows(m_showsSetting, true);
    const RunRecord *record = m_chart->record();
    const bool isCall = record && isWatched(record->origin);
    for (QWidget *widget : {static_cast<QWidget *>(m_windowLabel), static_cast<QWidget *>(m_window),
             static_cast<QWidget *>(m_order)})
        widget->setVisible(!isCall);
    const PooledCall *call = m_chart->call();
    const LeastCount least = isCall ? LeastCount::One : LeastCount::Automatic;
    setLeast(m_chunk, least);
    m_chunk->setToolTip(chunkToolTip(least));
    m_chunk->setEnabled(!isCall || (call && call->takesChunks()));
}

void WhatIfPage::showResult()
{
    showStart();
    showControls();
    const bool hasRun = m_chart->record() && !m_busy;
    const QString sentence = m_chart->sentence();
    m_text->setText(!sentence.isEmpty() ? sentence
            : !hasRun ? tr("When a run has ended, it is replayed here with other processes, chunks "
                           "and windows.")
            : m_chart->hasNothing() ? nothingText()
                                    : tr("Replaying\u2026"));
    showApply();
}

/// Returns why the run cannot be replayed.
QString WhatIfPage::nothingText() const
{
    const PooledCall *call = m_chart->call();
    if (call && call->hasThreads)
        return tr(
            "A pool of threads is not replayed: how long its threads wait for the interpreter "
            "lock is not known.");
    if (call && call->inputs > 0)
        return tr("The call is not replayed: the messages of none of its chunks were timed.");
    return tr("The run has no iteration that could be replayed.");
}

/// Returns the settings that differ from those of the call, and can be changed from outside.
std::vector<CallChange> WhatIfPage::changes() const
{
    const PooledCall *call = m_chart->call();
    if (!call || call->hasThreads)
        return {};
    std::optional<std::uint64_t> chunk = m_chart->setting().chunk;
    std::optional<std::uint32_t> processes = m_chart->setting().workers;
    if (processes == poolOf(m_chart->record()->origin).workers)
        processes.reset();
    if (!call->takesChunks() || chunk == call->chunk)
        chunk.reset();
    return changesOf(*call, chunk, processes);
}

void WhatIfPage::showApply()
{
    const RunRecord *record = m_chart->record();
    if (record && isWatched(record->origin)) {
        m_apply->setEnabled(!m_busy && !changes().empty());
        m_apply->setToolTip(changes().empty()
                ? tr("These are the settings of the call")
                : tr("Watch the command again with these settings of the call"));
        return;
    }
    m_apply->setEnabled(!m_busy && record);
    m_apply->setToolTip(tr("Use these processes, this chunk and this window for the next run"));
}

void WhatIfPage::apply()
{
    if (const std::vector<CallChange> wanted = changes(); !wanted.empty()) {
        emit changesWanted(wanted);
        return;
    }
    const WhatIfSetting &setting = m_chart->setting();
    PoolSpec pool;
    pool.workers = setting.workers;
    pool.chunk = setting.chunk;
    pool.window = setting.window;
    const StartCosts &starts = m_chart->starts();
    pool.start = setting.start.value_or(
        starts.areKnown() ? starts.recorded : poolOf(m_chart->record()->origin).start);
    emit poolWanted(pool);
}

} // namespace poolscope
