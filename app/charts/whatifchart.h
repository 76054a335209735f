// SPDX-License-Identifier: GPL-3.0-or-later
// WhatIfChart: a chart of the predicted makespan of a run in other pools, over the number of
// processes, and of the predicted lanes of one number.
//
// The prediction is computed once the run has ended and the chart is visible or exported.
#pragma once

#include "charts/chart.h"
#include "charts/replayedlanesplottable.h"
#include "charts/replayer.h"

#include <memory>

namespace poolscope {

class WhatIfChart : public Chart {
    Q_OBJECT

public:
    explicit WhatIfChart(QWidget *parent = nullptr);

    void setTheme(const Theme &theme) override;
    QString figure() const override;
    std::vector<Series> series() const override;
    void fit() override;
    bool isOnlyForWhoLooks() const override { return true; }
    /// Writes the curve of the chosen pool, once it is known.
    DataWriter dataWriter() const override;

    /// The pool of the prediction, initially that of the run.
    const WhatIfSetting &setting() const { return m_setting; }
    void setSetting(const WhatIfSetting &setting);
    /// The costs of starting workers in the run, once they are known.
    const StartCosts &starts() const { return m_results.starts; }
    /// The call of a watched pool that is replayed. Null for other runs, and until it is read.
    const PooledCall *call() const { return m_results.call ? &*m_results.call : nullptr; }
    /// The prediction in one or two sentences. Empty until it is known.
    QString sentence() const;

    /// Whether the run was read and has nothing to replay.
    bool hasNothing() const { return m_results.isComplete && !m_results.hasWork; }

signals:
    /// Another run, or none, is shown, and the setting is that of its pool.
    void recordShown();
    /// The user chose this number of processes.
    void workersPicked(int workers);

protected:
    void recordChanged() override;
    Taken takeNew(const Moment &moment, std::chrono::steady_clock::time_point until) override;
    QString textAt(const QPointF &position) const override;
    bool isOverPlot(const QPoint &position) const override;
    bool canBeClicked(const QPointF &position) const override;
    void clicked(const QPointF &position) override;
    void showEvent(QShowEvent *event) override;

private:
    void makeCurves();
    void makeLanes();
    void showAll();
    void showCores();
    void showLanes();
    void fitAxes();
    std::uint32_t cores() const;
    QString coresText() const;
    double runTime() const;
    std::uint32_t runWorkers() const;
    bool isRough() const;
    const CurvePoint *pointOf(std::uint32_t workers) const;
    std::uint32_t workersAt(const QPointF &position) const;
    QString speedText(double makespan) const;
    QString predictionText(const CurvePoint &point) const;
    QString callSentence(const CurvePoint &point) const;
    bool needsMoreCores(std::uint32_t workers) const;
    bool isOfCall() const;
    QString startText(const CurvePoint &point) const;
    QString laneText(const QPointF &position) const;

    QCPItemRect *m_otherMachines; ///< the background of m_predictedBeyond
    QCPItemText *m_coresText;
    QCPGraph *m_longest; ///< the bounds of a range, with a band between them
    QCPGraph *m_shortest;
    QCPGraph *m_predicted;
    QCPGraph *m_predictedBeyond; ///< for more cores than the run's machine has
    QCPGraph *m_bound; ///< for a call, the time without a pool
    QCPGraph *m_run; ///< the recorded run, a point
    QCPGraph *m_chosen; ///< the chosen number of processes, a point
    QCPAxisRect *m_lanesRect;
    ReplayedLanesPlottable *m_lanes;
    WhatIfSetting m_setting;
    std::unique_ptr<Replayer> m_replayer;
    Replayer::Results m_results;
};

} // namespace poolscope
