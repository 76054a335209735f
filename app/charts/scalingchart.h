// SPDX-License-Identifier: GPL-3.0-or-later
// ScalingChart: a chart of the throughput of a sweep by number of workers, for each chunk size,
// with the ideal and the fitted laws.
#pragma once

#include "charts/sweepchart.h"

#include <QSet>
#include <functional>

namespace poolscope {

class ScalingChart : public SweepChart {
    Q_OBJECT

public:
    enum class Measure { Throughput, Speedup, Efficiency };

    explicit ScalingChart(QWidget *parent = nullptr);

    void setMeasure(Measure measure);
    std::vector<Series> series() const override;
    void setSeriesVisible(std::size_t which, bool visible) override;
    void fit() override;

protected:
    void rebuild() override;
    QString textAt(const QPointF &position) const override;

private:
    /// A curve over all numbers of workers.
    struct Curve {
        QString name;
        LegendMarker marker;
        std::function<double(double workers)> throughput;
    };

    std::optional<Estimate> measured(const SweepCell &cell) const;
    /// Converts a throughput to the measure. `ofOne` is the throughput of one worker.
    double measured(double throughput, double workers, double ofOne) const;
    std::optional<double> ofOne() const;
    std::vector<Curve> curves() const;
    QColor colourOf(std::size_t chunk) const;
    bool isHidden(const QString &name) const { return m_hidden.contains(name); }
    void addMeasured(std::size_t chunk);
    void addCurve(const Curve &curve);
    void chooseScale();
    double mostWorkers() const;

    Measure m_measure = Measure::Throughput;
    QSet<QString> m_hidden; ///< names of series
    QSharedPointer<QCPAxisTicker> m_linear;
    QSharedPointer<QCPAxisTicker> m_logarithmic;
};

} // namespace poolscope
