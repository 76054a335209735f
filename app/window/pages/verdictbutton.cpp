// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/verdictbutton.h"

#include "report/verdicttext.h"
#include "window/look.h"

namespace poolscope {

VerdictButton::VerdictButton(AccountingChart *chart, QWidget *parent)
    : QPushButton(parent)
{
    setObjectName(QStringLiteral("shortVerdict"));
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    connect(chart, &Chart::figureChanged, this, [this, chart] { showVerdict(chart->verdict()); });
    showVerdict(chart->verdict());
}

void VerdictButton::showVerdict(const Verdict *verdict)
{
    setVisible(verdict);
    if (!verdict)
        return;
    setText(QString::fromStdString(shortText(*verdict)));
    setWrappedToolTip(this, QString::fromStdString(verdictText(*verdict)));
    setAccessibleName(tr("Verdict: %1").arg(text()));
}

} // namespace poolscope
