// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/limitsform.h"

#include "cli/runarguments.h"
#include "task/numbertext.h"
#include "window/forms/countbox.h"
#include "window/forms/formfield.h"
#include "window/look.h"

#include <QGridLayout>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

namespace poolscope {

namespace {

constexpr int none = 0;
constexpr int fieldWidth = 96; // the largest number of a field would take the room of two

QSpinBox *countBox(const QString &name, const QString &toolTip)
{
    auto *box = new QSpinBox;
    box->setObjectName(name);
    box->setToolTip(toolTip);
    box->setRange(none, std::numeric_limits<int>::max());
    box->setGroupSeparatorShown(true);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setSpecialValueText(LimitsForm::tr("none"));
    box->setMinimumWidth(fieldWidth);
    return box;
}

std::string textIn(const QLineEdit *box)
{
    return box->text().trimmed().toStdString();
}

QString defaultOutput()
{
    return QString::fromStdString(sizeText(defaultOutputLimit));
}

} // namespace

LimitsForm::LimitsForm(QWidget *parent)
    : QWidget(parent)
    , m_title(new QToolButton)
    , m_fields(new QWidget)
    , m_timeout(new QDoubleSpinBox)
    , m_memory(new QLineEdit)
    , m_output(new QLineEdit)
    , m_recycle(countBox(QStringLiteral("recycle"),
          tr("Iterations after which a worker is replaced by a fresh one, as for a task that leaks "
             "memory. 0 is none.")))
    , m_halt(countBox(
          QStringLiteral("halt"), tr("The run ends after so many inputs have failed. 0 is none.")))
{
    m_title->setObjectName(QStringLiteral("limits"));
    m_title->setToolTip(tr("Limits of time and memory, and when to give up"));
    m_title->setCheckable(true);
    m_title->setAutoRaise(true);
    m_title->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_timeout->setObjectName(QStringLiteral("timeout"));
    m_timeout->setToolTip(
        tr("Seconds that one iteration may take; after that it fails. 0 is none."));
    m_timeout->setDecimals(3);
    m_timeout->setRange(none, maxTimeout);
    m_timeout->setSuffix(tr(" s"));
    m_timeout->setSpecialValueText(tr("none"));
    m_timeout->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    m_timeout->setMinimumWidth(fieldWidth);
    m_memory->setObjectName(QStringLiteral("memoryLimit"));
    m_memory->setToolTip(tr("What a worker, and all that it starts, may take of memory, such as "
                            "500M or 2G; empty is none"));
    m_memory->setPlaceholderText(tr("none"));
    m_memory->setMinimumWidth(fieldWidth);
    m_memoryField = new FormField(tr("Worker memory"), m_memory);
    m_output->setObjectName(QStringLiteral("outputLimit"));
    m_output->setToolTip(tr("What a program may print for one input, such as 500M; one that prints "
                            "more is killed, and its input fails. Empty is %1.")
                             .arg(defaultOutput()));
    m_output->setPlaceholderText(defaultOutput());
    m_output->setMinimumWidth(fieldWidth);
    m_outputField = new FormField(tr("Program output"), m_output);

    auto *grid = new QGridLayout(m_fields);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(gridUnit);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    grid->addWidget(new FormField(tr("Timeout"), m_timeout), 0, 0, Qt::AlignTop);
    grid->addWidget(m_memoryField, 0, 1, Qt::AlignTop);
    grid->addWidget(new FormField(tr("Recycle after"), m_recycle), 1, 0, Qt::AlignTop);
    grid->addWidget(new FormField(tr("Halt at failures"), m_halt), 1, 1, Qt::AlignTop);
    grid->addWidget(m_outputField, 2, 0, Qt::AlignTop);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_title);
    layout->addWidget(m_fields);

    connect(m_title, &QToolButton::toggled, m_fields, &QWidget::setVisible);
    connect(m_title, &QToolButton::toggled, this, &LimitsForm::showTitle);
    connect(m_title, &QToolButton::clicked, this, [this](bool isOpen) {
        if (isOpen)
            emit unfolded();
    });
    connect(m_timeout, &QDoubleSpinBox::valueChanged, this, &LimitsForm::check);
    connect(m_memory, &QLineEdit::textChanged, this, &LimitsForm::check);
    connect(m_output, &QLineEdit::textChanged, this, &LimitsForm::check);
    connect(m_recycle, &QSpinBox::valueChanged, this, &LimitsForm::check);
    connect(m_halt, &QSpinBox::valueChanged, this, &LimitsForm::check);
    m_fields->hide();
    showTitle();
}

void LimitsForm::fill(PoolSpec &spec) const
{
    if (m_timeout->value() > none)
        spec.timeout = m_timeout->value();
    if (const std::string memory = textIn(m_memory); !memory.empty())
        spec.memoryLimit = parseMemoryLimit(memory).value_or(std::nullopt);
    if (const std::string output = textIn(m_output); !output.empty())
        spec.outputLimit = parseOutputLimit(output).value_or(defaultOutputLimit);
    spec.recycle = countIn(m_recycle);
    spec.halt = countIn(m_halt);
}

void LimitsForm::setSpec(const PoolSpec &spec)
{
    m_timeout->setValue(spec.timeout.value_or(none));
    m_memory->setText(
        spec.memoryLimit ? QString::fromStdString(sizeText(*spec.memoryLimit)) : QString());
    const bool hasOutputLimit = spec.outputLimit != defaultOutputLimit;
    m_output->setText(
        hasOutputLimit ? QString::fromStdString(sizeText(spec.outputLimit)) : QString());
    setCount(m_recycle, spec.recycle);
    setCount(m_halt, spec.halt);
    if (spec.timeout || spec.memoryLimit || hasOutputLimit || spec.recycle || spec.halt)
        m_title->setChecked(true);
}

QString LimitsForm::problem() const
{
    const QString problem = m_memoryField->problem();
    return problem.isEmpty() ? m_outputField->problem() : problem;
}

void LimitsForm::check()
{
    const std::string memory = textIn(m_memory);
    const std::string output = textIn(m_output);
    const bool isMemory = memory.empty() || parseMemoryLimit(memory);
    const bool isOutput = output.empty() || parseOutputLimit(output);
    m_memoryField->setProblem(isMemory ? QString() : tr("A size such as 500M or 2G"));
    m_outputField->setProblem(isOutput
            ? QString()
            : tr("A size such as 500M, at most %1")
                  .arg(QString::fromStdString(sizeText(maxOutputLimit))));
    if (!isMemory || !isOutput)
        m_title->setChecked(true);
    showTitle();
    emit changed();
}

/// Folded it tells how many limits there are.
void LimitsForm::showTitle()
{
    PoolSpec spec;
    fill(spec);
    const int count = int{spec.timeout.has_value()} + int{spec.memoryLimit.has_value()}
        + int{spec.outputLimit != defaultOutputLimit} + int{spec.recycle.has_value()}
        + int{spec.halt.has_value()};
    const bool isOpen = m_title->isChecked();
    m_title->setArrowType(isOpen ? Qt::DownArrow : Qt::RightArrow);
    m_title->setText(count > 0 && !isOpen ? tr("Limits (%1)").arg(count) : tr("Limits"));
}

} // namespace poolscope
