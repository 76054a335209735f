// SPDX-License-Identifier: GPL-3.0-or-later
// AccountingChart: a chart of the time of the pool and of each worker, by cause.
#pragma once

#include "analysis/verdict.h"
#include "charts/chart.h"
#include "charts/pacedpass.h"

#include <array>
#include <memory>

namespace poolscope {

class AccountingChart : public Chart {
    Q_OBJECT

public:
    explicit AccountingChart(QWidget *parent = nullptr);

    void setTheme(const Theme &theme) override;
    QString figure() const override;
    std::vector<Series> series() const override;
    void fit() override;

    /// The accounting that was last drawn.
    const Accounting &accounting() const { return m_accounting; }
    /// The verdict on the run. Null until the run has ended.
    const Verdict *verdict() const { return m_verdict ? &*m_verdict : nullptr; }

protected:
    void recordChanged() override;
    Taken takeNew(const Moment &moment, std::chrono::steady_clock::time_point until) override;
    QString textAt(const QPointF &position) const override;

private:
    /// A bar of the chart, for the pool or for a worker.
    struct Bar {
        QString name;
        const CauseTimes *times;
    };

    RunConditions conditions() const;
    void fillBars();
    void nameBars();
    std::size_t barsPerName() const;
    std::vector<Bar> bars() const;

    std::array<QCPBars *, causeCount> m_bars{}; ///< one for each cause, stacked
    QSharedPointer<QCPAxisTickerText> m_names;
    std::size_t m_barsPerName = 1;
    std::unique_ptr<Accountant> m_accountant;
    Accounting m_accounting;
    std::optional<Verdict> m_verdict;
    PacedPass m_pass;
};

} // namespace poolscope
