// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/poolform.h"

#include "charts/figuretext.h"
#include "spec/tasktraits.h"
#include "window/forms/limitsform.h"
#include "window/forms/optionfield.h"
#include "window/look.h"

#include <QGridLayout>

namespace poolscope {

PoolForm::PoolForm(QWidget *parent)
    : QWidget(parent)
    , m_chunk(add("--chunk"))
    , m_window(add("--window"))
    , m_limits(new LimitsForm)
{
    OptionField *retries = add("--retries");
    m_start = add("--start");
    auto *layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_chunk, 0, 0, Qt::AlignTop);
    layout->addWidget(m_window, 0, 1, Qt::AlignTop);
    layout->addWidget(retries, 1, 0, 1, 2);
    layout->addWidget(m_start, 2, 0, 1, 2);
    layout->addWidget(m_limits, 3, 0, 1, 2);
    connect(m_limits, &LimitsForm::changed, this, &PoolForm::changed);
    connect(m_limits, &LimitsForm::unfolded, this, &PoolForm::limitsUnfolded);
    connect(m_start, &OptionField::changed, this, [this] { showLoading(m_starts); });
    for (OptionField *field : m_fields)
        connect(field, &OptionField::changed, this, [this] {
            showNothingChosen();
            emit changed();
        });
    showNothingChosen();
}

OptionField *PoolForm::add(const char *option)
{
    m_fields.push_back(new OptionField(runOption(option)));
    return m_fields.back();
}

void PoolForm::fill(PoolSpec &spec) const
{
    for (const OptionField *field : m_fields)
        field->fill(spec);
    m_limits->fill(spec);
}

void PoolForm::setSpec(const PoolSpec &spec)
{
    for (OptionField *field : m_fields)
        field->setSpec(spec);
    m_limits->setSpec(spec);
}

QString PoolForm::problem() const
{
    return m_limits->problem();
}

void PoolForm::setTask(const TaskSpec &task)
{
    m_start->setVisible(traitsOf(task).runsPython);
}

void PoolForm::showChosen(const PoolStatus &status)
{
    m_chunk->setNote(
        m_chunk->isDefault() ? tr("now %1").arg(figureText(Count{status.chunkSize})) : QString());
    m_window->setNote(
        m_window->isDefault() ? tr("now %1").arg(figureText(Count{status.window})) : QString());
}

void PoolForm::showLoading(const StartCosts &starts)
{
    m_starts = starts;
    const bool couldBeShared =
        starts.recorded == WorkerStart::Spawn && areWorthSharing(starts) && m_start->isDefault();
    m_start->setNote(couldBeShared
            ? tr("Each worker loaded the task itself (%1, %2). Copies would share it.")
                  .arg(figureText(Duration(starts.contendedLoad)),
                      figureText(Bytes{static_cast<std::uint64_t>(starts.memory)}))
            : QString());
}

void PoolForm::showNothingChosen()
{
    for (OptionField *field : {m_chunk, m_window})
        field->setNote(field->isDefault() ? tr("chosen during the run") : QString());
}

} // namespace poolscope
