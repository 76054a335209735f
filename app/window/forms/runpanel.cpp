// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/runpanel.h"

#include "window/forms/inputform.h"
#include "window/forms/poolform.h"
#include "window/forms/taskform.h"
#include "window/look.h"

#include <QLabel>
#include <QScrollBar>
#include <QTimer>
#include <QVBoxLayout>

namespace poolscope {

namespace {

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
    , m_task(new TaskForm)
    , m_input(new InputForm)
    , m_pool(new PoolForm)
{
    auto *panel = new QWidget;
    panel->setObjectName(QStringLiteral("panel"));
    auto *layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(cardOf(tr("&Task"), m_task));
    layout->addWidget(cardOf(tr("I&nput"), m_input));
    layout->addWidget(cardOf(tr("Pool"), m_pool));
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
    reserveScrollBar();
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
    if (path.endsWith(QStringLiteral(".py")))
        m_task->setPythonFile(path);
    else
        m_input->setFile(path);
}

QString RunPanel::problem() const
{
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
