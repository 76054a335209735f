// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/runstatusbar.h"

#include "window/chartcard.h"
#include "window/look.h"
#include "window/pages/verdictbutton.h"

#include <QFontDatabase>
#include <algorithm>

namespace poolscope {

RunStatusBar::RunStatusBar(AccountingChart *chart, QWidget *parent)
    : QStatusBar(parent)
    , m_progress(new QLabel)
    , m_state(new ElidedLabel)
{
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setTextFormat(Qt::PlainText);
    m_progress->setAccessibleDescription(tr("Progress"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setObjectName(QStringLiteral("muted"));
    m_state->setAlignment(Qt::AlignCenter);
    auto *verdict = new VerdictButton(chart);
    connect(verdict, &QPushButton::clicked, this, &RunStatusBar::verdictClicked);
    addWidget(m_progress, 1);
    addPermanentWidget(verdict);
    addPermanentWidget(m_state);
    setSizeGripEnabled(false);
    // The height does not depend on the font, so that the charts above do not move.
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    m_progress->setFixedHeight(
        std::max(fontMetrics().height(), QFontMetrics(fixed).height()) + gridUnit);
    m_progress->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void RunStatusBar::showProgress(const QString &text, Progress kind)
{
    m_progress->setFont(
        kind == Progress::Bar ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : font());
    m_progress->setText(text);
}

void RunStatusBar::showState(const QString &text)
{
    m_state->setText(text);
    setWrappedToolTip(m_state, text, tr("State of the run"));
}

} // namespace poolscope
