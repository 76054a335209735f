// SPDX-License-Identifier: GPL-3.0-or-later
// CompletionChart: a chart of the order in which inputs finished.
#pragma once

#include "analysis/runhistory.h"
#include "charts/chart.h"
#include "charts/completionplottable.h"

#include <memory>

namespace poolscope {

class CompletionChart : public Chart {
    Q_OBJECT

public:
    /// `view` outlives this.
    explicit CompletionChart(TimeView &view, QWidget *parent = nullptr);

    void setTheme(const Theme &theme) override;
    QString figure() const override;
    QString shortFigure() const override;
    std::vector<Series> series() const override;
    void setSeriesVisible(std::size_t series, bool visible) override;
    void fit() override;
    void showIndex(std::optional<std::uint64_t> index) override;
    void setSelectionVisible(bool visible) override;

protected:
    void recordChanged() override;
    Taken takeNew(const Moment &moment, std::chrono::steady_clock::time_point until) override;
    QString textAt(const QPointF &position) const override;
    std::optional<std::uint64_t> indexAt(const QPointF &position) const override;
    void hovered(std::optional<QPointF> position) override;

private:
    bool rankNew(const Moment &moment, std::chrono::steady_clock::time_point until);
    void startRanking();
    void showNewWorkers();
    /// The iteration nearest to the position, within some pixels.
    std::optional<CompletionOrder::RankedRange> rangeAt(const QPointF &position) const;
    void showCursor();
    void updateDiagonal();

    TimeView &m_view;
    CompletionPlottable *m_plottable;
    QCPItemLine *m_diagonal;
    bool m_diagonalVisible = true;
    std::size_t m_workersShown = 0; ///< in the legend
    std::unique_ptr<CompletionOrder> m_order;
    std::unique_ptr<RunHistory> m_history;
};

} // namespace poolscope
