// SPDX-License-Identifier: GPL-3.0-or-later
// CurvesChart: compares several runs, with one curve for each.
#pragma once

#include "charts/chart.h"

#include <memory>

namespace poolscope {

struct RunCurve {
    QString name;
    QVector<double> keys;
    QVector<double> values;
};

class CurvesChart : public Chart {
    Q_OBJECT

public:
    enum class What {
        Throughput, ///< iterations per second over nanoseconds of the run, pauses left out
        Completion, ///< percent of the iterations over nanoseconds of the run, pauses left out
        Latency ///< percent of the iterations over their nanoseconds, as steps
    };

    explicit CurvesChart(What what, QWidget *parent = nullptr);

    /// Sets one curve for each run. The colours follow the order of the curves.
    void setCurves(const QString &subject, std::vector<RunCurve> curves);

    void setTheme(const Theme &theme) override;
    bool hasData() const override { return m_curves && !m_curves->empty(); }
    QString subject(const Moment &) const override { return m_subject; }
    /// Writes a line with run, key and value for each point.
    DataWriter dataWriter() const override;
    QString figure() const override { return {}; }
    std::vector<Series> series() const override;
    void setSeriesVisible(std::size_t series, bool visible) override;
    void fit() override;

protected:
    QString textAt(const QPointF &position) const override;

private:
    QColor colourOf(std::size_t curve) const;

    What m_what;
    QString m_subject;
    std::shared_ptr<const std::vector<RunCurve>> m_curves;
};

} // namespace poolscope
