// SPDX-License-Identifier: GPL-3.0-or-later
// VerdictButton: a run's verdict in a few words, which leads to all of it.
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
