// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/sweepform.h"

#include "window/forms/optiontext.h"
#include "window/look.h"
#include "window/sentence.h"

#include <QGridLayout>
#include <QStyle>

namespace poolscope {

namespace {

QLineEdit *edit(const QString &name, const Option &option)
{
    auto *edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setAccessibleName(optionLabel(option));
    edit->setToolTip(optionToolTip(option));
    edit->setMinimumWidth(72);
    return edit;
}

/// Returns the default numbers of workers, separated by commas.
QString defaultWorkers()
{
    QStringList workers;
    const auto plan = parseSweep(OptionValues(sweepCommand));
    for (const std::uint32_t count : plan->workers)
        workers << QString::number(count);
    return workers.join(u',');
}

} // namespace

SweepForm::SweepForm(QWidget *parent)
    : QWidget(parent)
    , m_workers(edit(QStringLiteral("sweepWorkers"), sweepOption("--workers")))
    , m_chunks(edit(QStringLiteral("sweepChunks"), sweepOption("--chunk")))
    , m_repeats(new QSpinBox)
    , m_file(edit(QStringLiteral("sweepFile"), sweepOption("--save")))
    , m_problem(new QLabel)
{
    m_repeats->setObjectName(QStringLiteral("sweepRepeats"));
    m_repeats->setAccessibleName(optionLabel(sweepOption("--repeats")));
    m_repeats->setToolTip(optionToolTip(sweepOption("--repeats")));
    m_file->setToolTip(tr("%1. Without a name, Poolscope keeps the file in its data folder.")
                           .arg(optionToolTip(sweepOption("--save"))));
    m_repeats->setRange(1, static_cast<int>(sweepOption("--repeats").range.most));
    m_file->setPlaceholderText(tr("automatic"));
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(gridUnit);
    grid->setVerticalSpacing(gridUnit / 2);
    const auto add = [grid](const QString &name, QWidget *field, int row, int column) {
        auto *label = new QLabel(name);
        label->setObjectName(QStringLiteral("muted"));
        label->setBuddy(field);
        grid->addWidget(label, row, column);
        grid->addWidget(field, row, column + 1);
        grid->setColumnStretch(column + 1, 1);
    };
    add(optionLabel(sweepOption("--workers")), m_workers, 0, 0);
    add(optionLabel(sweepOption("--chunk")), m_chunks, 0, 2);
    add(optionLabel(sweepOption("--repeats")), m_repeats, 1, 0);
    add(optionLabel(sweepOption("--save")), m_file, 1, 2);
    grid->addWidget(m_problem, 2, 0, 1, 4);
    OptionValues typed(sweepCommand);
    typed.add(sweepOption("--workers"), defaultWorkers().toStdString());
    setTyped(typed);
    for (const QLineEdit *edit : {m_workers, m_chunks, m_file})
        connect(edit, &QLineEdit::textChanged, this, &SweepForm::check);
    connect(m_repeats, &QSpinBox::valueChanged, this, &SweepForm::check);
}

OptionValues SweepForm::typed() const
{
    OptionValues typed(sweepCommand);
    for (const auto &[name, text] : {std::pair("--workers", m_workers->text()),
             {"--chunk", m_chunks->text()}, {"--repeats", QString::number(m_repeats->value())}})
        typed.add(sweepOption(name), text.simplified().remove(u' ').toStdString());
    return typed;
}

void SweepForm::setTyped(const OptionValues &typed)
{
    m_workers->setText(QString::fromStdString(typed.text("--workers")));
    m_chunks->setText(QString::fromStdString(typed.text("--chunk")));
    m_repeats->setValue(QString::fromStdString(typed.text("--repeats")).toInt());
}

void SweepForm::check()
{
    const auto plan = this->plan();
    m_problem->setText(plan ? QString() : asSentence(QString::fromStdString(plan.error().message)));
    m_problem->setVisible(!plan);
    emit changed();
}

} // namespace poolscope
