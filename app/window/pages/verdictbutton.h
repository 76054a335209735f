// SPDX-License-Identifier: GPL-3.0-or-later
// VerdictButton: a button with the verdict of a run in a few words.
#pragma once

#include "charts/accountingchart.h"

#include <QPushButton>

namespace poolscope {

class VerdictButton : public QPushButton {
    Q_OBJECT

public:
    /// Hidden while the chart's run has no verdict.
    explicit VerdictButton(AccountingChart *chart, QWidget *parent = nullptr);

private:
    void showVerdict(const Verdict *verdict);
};

} // namespace poolscope
