// SPDX-License-Identifier: GPL-3.0-or-later
// TimePage: where the time of a run went, and in words what that means and what to change.
#pragma once

#include "charts/accountingchart.h"

#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace poolscope {

class ChartCard;

class TimePage : public QWidget {
    Q_OBJECT

public:
    /// The card has the chart; it becomes the page's.
    TimePage(ChartCard *card, AccountingChart *chart, QWidget *parent = nullptr);

    /// While a run goes on its settings cannot be replaced.
    void setBusy(bool busy);

signals:
    /// The person wants the settings that the verdict advises.
    void applyWanted(const poolscope::RunSpec &spec);

private:
    void showVerdict();
    void apply();

    AccountingChart *m_chart;
    QLabel *m_text;
    QPushButton *m_apply;
    bool m_busy = false;
};

} // namespace poolscope
