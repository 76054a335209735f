// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/timepage.h"

#include "window/chartcard.h"
#include "window/look.h"

#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

namespace poolscope {

namespace {

/// Whether a run's settings can hold any of what is advised.
bool canApply(const Verdict &verdict)
{
    return std::any_of(verdict.advice.begin(), verdict.advice.end(), [](const Change &change) {
        return change.setting == Change::Setting::Chunk || change.setting == Change::Setting::Window
            || change.setting == Change::Setting::Workers;
    });
}

QString changesText(const Verdict &verdict)
{
    QStringList changes;
    for (const Change &change : verdict.advice)
        changes << QString::fromStdString(changeText(change));
    return changes.join(u' ');
}

} // namespace

TimePage::TimePage(ChartCard *card, AccountingChart *chart, QWidget *parent)
    : QWidget(parent)
    , m_chart(chart)
    , m_text(new QLabel)
    , m_apply(new QPushButton(tr("&Apply")))
{
    m_text->setObjectName(QStringLiteral("verdict"));
    m_text->setAccessibleName(tr("Verdict"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_apply->setObjectName(QStringLiteral("applyAdvice"));
    m_apply->setAccessibleName(tr("Apply the advice"));
    auto *line = new QHBoxLayout;
    line->setContentsMargins(gridUnit * 3 / 2, gridUnit, gridUnit * 3 / 2, 0);
    line->setSpacing(gridUnit);
    line->addWidget(m_text, 1);
    line->addWidget(m_apply, 0, Qt::AlignTop);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(line);
    layout->addWidget(card, 1);
    connect(m_apply, &QPushButton::clicked, this, &TimePage::apply);
    connect(m_chart, &Chart::figureChanged, this, &TimePage::showVerdict);
    showVerdict();
}

void TimePage::setBusy(bool busy)
{
    m_busy = busy;
    showVerdict();
}

void TimePage::showVerdict()
{
    const Verdict *verdict = m_chart->verdict();
    m_text->setText(verdict ? QString::fromStdString(verdict->text)
                            : tr("When a run has ended, this says in words where its time went and "
                                 "what to change."));
    const bool possible = verdict && canApply(*verdict);
    m_apply->setVisible(possible);
    m_apply->setEnabled(possible && !m_busy);
    if (possible)
        m_apply->setToolTip(tr("Take over %1; Start then runs with it").arg(changesText(*verdict)));
}

void TimePage::apply()
{
    if (const Verdict *verdict = m_chart->verdict())
        emit applyWanted(changed(m_chart->record()->spec, verdict->advice));
}

} // namespace poolscope
