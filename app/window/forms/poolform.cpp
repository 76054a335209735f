// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/poolform.h"

#include "charts/units.h"
#include "spec/tasktraits.h"
#include "window/forms/choicebox.h"
#include "window/forms/countbox.h"
#include "window/forms/formfield.h"
#include "window/forms/limitsform.h"
#include "window/look.h"

#include <QComboBox>
#include <QGridLayout>
#include <variant>

namespace poolscope {

PoolForm::PoolForm(QWidget *parent)
    : QWidget(parent)
    , m_chunk(automaticBox(QStringLiteral("chunk"),
          tr("Inputs that a worker is handed at once. Automatic: so many that handing over costs "
             "below 1% and a chunk takes about 20 ms. 0 is automatic."),
          maxChunk))
    , m_window(automaticBox(QStringLiteral("window"),
          tr("Chunks that a worker may hold at a time; 1 is lock-step: it waits for each. 0 is "
             "automatic."),
          maxWindow))
    , m_retries(countBox(QStringLiteral("retries"),
          tr("How often an input that failed or killed its worker is tried again"), maxRetries))
    , m_start(choiceBox(QStringLiteral("start"),
          tr("Each new interpreter loads the task's file. Copies start faster and share the memory "
             "of what the file has loaded, such as a model. If the file starts threads, workers "
             "start as new interpreters anyway.")))
    , m_limits(new LimitsForm)
{
    m_start->addItem(tr("new interpreters"));
    m_start->addItem(tr("copies of one that has loaded the task"));
    m_startField = new FormField(tr("Workers start as"), m_start);
    m_chunkField = new FormField(tr("Chunk (inputs)"), m_chunk);
    m_windowField = new FormField(tr("Window (chunks)"), m_window);
    auto *layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_chunkField, 0, 0, Qt::AlignTop);
    layout->addWidget(m_windowField, 0, 1, Qt::AlignTop);
    layout->addWidget(new FormField(tr("Retries of a failed input"), m_retries), 1, 0, 1, 2);
    layout->addWidget(m_startField, 2, 0, 1, 2);
    layout->addWidget(m_limits, 3, 0, 1, 2);
    connect(m_limits, &LimitsForm::changed, this, &PoolForm::changed);
    connect(m_limits, &LimitsForm::unfolded, this, &PoolForm::limitsUnfolded);
    connect(m_start, &QComboBox::currentIndexChanged, this, [this] {
        showLoading(m_starts);
        emit changed();
    });
    for (QSpinBox *box : {m_chunk, m_window, m_retries})
        connect(box, &QSpinBox::valueChanged, this, [this] {
            showNothingChosen();
            emit changed();
        });
    showNothingChosen();
}

void PoolForm::fill(PoolSpec &spec) const
{
    spec.chunk = countIn(m_chunk);
    spec.window = countIn(m_window);
    spec.retries = static_cast<std::uint32_t>(m_retries->value());
    spec.start = m_start->currentIndex() == 0 ? WorkerStart::Spawn : WorkerStart::Fork;
    m_limits->fill(spec);
}

void PoolForm::setSpec(const PoolSpec &spec)
{
    setCount(m_chunk, spec.chunk);
    setCount(m_window, spec.window);
    m_retries->setValue(static_cast<int>(spec.retries));
    m_start->setCurrentIndex(spec.start == WorkerStart::Spawn ? 0 : 1);
    m_limits->setSpec(spec);
}

QString PoolForm::problem() const
{
    return m_limits->problem();
}

void PoolForm::setTask(const TaskSpec &task)
{
    m_startField->setVisible(traitsOf(task).runsPython);
}

void PoolForm::showChosen(const PoolStatus &status)
{
    m_chunkField->setNote(
        countIn(m_chunk) ? QString() : tr("now %1").arg(countText(status.chunkSize)));
    m_windowField->setNote(
        countIn(m_window) ? QString() : tr("now %1").arg(countText(status.window)));
}

void PoolForm::showLoading(const StartCosts &starts)
{
    m_starts = starts;
    const bool couldBeShared = starts.recorded == WorkerStart::Spawn && areWorthSharing(starts)
        && m_start->currentIndex() == 0;
    m_startField->setNote(couldBeShared
            ? tr("Each worker loaded the task itself (%1, %2). Copies would share it.")
                  .arg(durationText(starts.contendedLoad),
                      memoryText(static_cast<std::uint64_t>(starts.memory)))
            : QString());
}

void PoolForm::showNothingChosen()
{
    for (const auto &[box, field] : {std::pair(m_chunk, m_chunkField), {m_window, m_windowField}})
        field->setNote(countIn(box) ? QString() : tr("chosen as it runs"));
}

} // namespace poolscope
