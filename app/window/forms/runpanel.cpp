// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/runpanel.h"

#include "window/forms/inputform.h"
#include "window/forms/poolform.h"
#include "window/forms/taskform.h"
#include "window/forms/watchform.h"
#include "window/look.h"

#include <QLabel>
#include <QScrollBar>
#include <QSettings>
#include <QTimer>
#include <QVBoxLayout>

namespace poolscope {

namespace {

const QString kindKey = QStringLiteral("run/kind");
const QString taskKind = QStringLiteral("task");
const QString watchKind = QStringLiteral("watch");
constexpr int scrollBarWidth = gridUnit; // as in the style sheet
constexpr int panelWidth = 304 + scrollBarWidth;

QFrame *cardOf(const QString &title, QWidget *content)
{
    auto *card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    auto *layout = new QVBoxLayout(card);
    layout->setContentsMargins(gridUnit * 3 / 2, gridUnit, gridUnit * 3 / 2, gridUnit * 3 / 2);
    layout->setSpacing(gridUnit);
    auto *label = new QLabel(title);
    label->setObjectName(QStringLiteral("section"));
    label->setBuddy(content->focusProxy());
    layout->addWidget(label);
    layout->addWidget(content);
    return card;
}

} // namespace

RunPanel::RunPanel(QWidget *parent)
    : QScrollArea(parent)
    , m_kinds(new QTabBar)
    , m_watch(new WatchForm)
    , m_task(new TaskForm)
    , m_input(new InputForm)
    , m_pool(new PoolForm)
{
    auto *panel = new QWidget;
    panel->setObjectName(QStringLiteral("panel"));
    auto *layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    m_kinds->setObjectName(QStringLiteral("kinds"));
    m_kinds->setAccessibleName(tr("What to start"));
    m_kinds->setExpanding(true);
    m_kinds->setDrawBase(false);
    m_kinds->addTab(tr("Watch a &program"));
    m_kinds->setTabToolTip(0, tr("See the Python pools of a program that you have"));
    m_kinds->addTab(tr("Run a tas&k"));
    m_kinds->setTabToolTip(1, tr("Run a task over inputs in worker processes of Poolscope"));
    layout->addWidget(m_kinds);
    m_watchCards = {cardOf(tr("Pro&gram"), m_watch)};
    m_taskCards = {
        cardOf(tr("&Task"), m_task), cardOf(tr("I&nput"), m_input), cardOf(tr("Pool"), m_pool)};
    for (QWidget *card : m_watchCards + m_taskCards)
        layout->addWidget(card);
    layout->addStretch(1);
    setWidget(panel);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setObjectName(QStringLiteral("runPanel"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(panelWidth);
    setMaximumWidth(panelWidth * 3 / 2);
    setAccessibleName(tr("The run's settings"));
    m_pool->setTask(m_task->spec());
    showKind();
    connectForms();
    reserveScrollBar();
}

void RunPanel::connectForms()
{
    connect(m_kinds, &QTabBar::currentChanged, this, [this] {
        showKind();
        emit changed();
    });
    connect(m_watch, &WatchForm::changed, this, &RunPanel::changed);
    connect(m_task, &TaskForm::changed, this, [this] {
        m_pool->setTask(m_task->spec());
        emit changed();
    });
    connect(m_input, &InputForm::changed, this, [this] {
        m_task->setInputColumns(m_input->columns());
        emit changed();
    });
    connect(m_pool, &PoolForm::changed, this, &RunPanel::changed);
    connect(m_pool, &PoolForm::limitsUnfolded, this, &RunPanel::showLimits);
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &RunPanel::reserveScrollBar);
}

void RunPanel::showKind()
{
    for (QWidget *card : m_watchCards)
        card->setVisible(kind() == Kind::Watch);
    for (QWidget *card : m_taskCards)
        card->setVisible(kind() == Kind::Task);
}

void RunPanel::restoreKind(const QSettings &settings, Kind otherwise)
{
    const QString kind = settings.value(kindKey).toString();
    setKind(kind == taskKind ? Kind::Task : kind == watchKind ? Kind::Watch : otherwise);
}

void RunPanel::saveKind(QSettings &settings) const
{
    settings.setValue(kindKey, kind() == Kind::Task ? taskKind : watchKind);
}

/// Reserves room for the scroll bar while it is hidden, so that the cards keep their width.
void RunPanel::reserveScrollBar()
{
    const bool isThere = verticalScrollBar()->maximum() > 0;
    widget()->layout()->setContentsMargins(0, 0, isThere ? 0 : scrollBarWidth, 0);
}

/// Scrolls to the limits, which would otherwise appear out of view.
void RunPanel::showLimits()
{
    QTimer::singleShot(0, this, [this] { // after the layout is updated
        const int bottom = widget()->height();
        ensureVisible(0, bottom, 0, 0);
    });
}

RunSpec RunPanel::spec() const
{
    RunSpec spec;
    spec.task = m_task->spec();
    spec.input = m_input->spec();
    m_pool->fill(spec.pool);
    return spec;
}

void RunPanel::setSpec(const RunSpec &spec)
{
    m_task->setSpec(spec.task);
    m_input->setSpec(spec.input);
    m_pool->setSpec(spec.pool);
    setKind(Kind::Task);
}

void RunPanel::setCommand(const WatchRequest &request)
{
    m_watch->setRequest(request);
    setKind(Kind::Watch);
}

void RunPanel::askForCommand()
{
    setKind(Kind::Watch);
    m_watch->focusCommand();
}

bool RunPanel::isTaskTrusted() const
{
    return m_task->isTrusted();
}

void RunPanel::trustTask()
{
    m_task->trust();
}

void RunPanel::takeFile(const QString &path)
{
    if (!path.endsWith(QStringLiteral(".py"))) {
        setKind(Kind::Task);
        m_input->setFile(path);
    } else if (kind() == Kind::Watch) {
        m_watch->setScript(path);
    } else {
        m_task->setPythonFile(path);
    }
}

QString RunPanel::problem() const
{
    if (kind() == Kind::Watch)
        return m_watch->problem();
    for (const QString &problem : {m_task->problem(), m_input->problem()}) {
        if (!problem.isEmpty())
            return problem;
    }
    return m_pool->problem();
}

void RunPanel::showChosen(const std::optional<PoolStatus> &status)
{
    if (status)
        m_pool->showChosen(*status);
    else
        m_pool->showNothingChosen();
}

void RunPanel::showLoading(const RunRecord *record)
{
    const RunSpec *spec = record ? specOf(record->origin) : nullptr;
    const bool isOfThisTask =
        spec && record->timeline.workerCount() > 1 && spec->task == m_task->spec();
    m_pool->showLoading(
        isOfThisTask ? startCostsOf(record->timeline, record->machine.cores) : StartCosts());
}

} // namespace poolscope
