// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/sweepform.h"

#include "window/look.h"
#include "window/sentence.h"

#include <QGridLayout>
#include <QStyle>

namespace poolscope {

namespace {

QLineEdit *edit(const QString &name, const QString &label, const QString &toolTip)
{
    auto *edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setAccessibleName(label);
    edit->setToolTip(toolTip);
    edit->setMinimumWidth(72);
    return edit;
}

/// Those that are taken of themselves, written out.
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
    , m_workers(edit(QStringLiteral("sweepWorkers"), tr("Numbers of workers"),
          tr("Numbers of worker processes to measure, such as 1,2,4; auto is 1, 2, 4, \u2026 to "
             "the "
             "usable cores")))
    , m_chunks(edit(QStringLiteral("sweepChunks"), tr("Chunk sizes"),
          tr("How many inputs are handed to a worker at once, such as 1,16,auto")))
    , m_repeats(new QSpinBox)
    , m_file(edit(QStringLiteral("sweepFile"), tr("File that keeps the sweep"),
          tr("The file that keeps what was measured, as 'poolscope sweep --save' does, so that it "
             "can be continued; empty: one in the data folder, named by what is measured")))
    , m_problem(new QLabel)
{
    m_repeats->setObjectName(QStringLiteral("sweepRepeats"));
    m_repeats->setAccessibleName(tr("Repeats"));
    m_repeats->setToolTip(tr("Runs of each setting; their median counts"));
    m_repeats->setRange(1, static_cast<int>(sweepOption("--repeats").range.most));
    m_file->setPlaceholderText(tr("by itself"));
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
    add(tr("Workers"), m_workers, 0, 0);
    add(tr("Chunk"), m_chunks, 0, 2);
    add(tr("Repeats"), m_repeats, 1, 0);
    add(tr("Kept in"), m_file, 1, 2);
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
