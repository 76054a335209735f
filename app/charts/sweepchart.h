// SPDX-License-Identifier: GPL-3.0-or-later
// SweepChart: the base of the charts of a sweep, which show the results of many runs.
#pragma once

#include "charts/chart.h"
#include "charts/sweepfigures.h"

namespace poolscope {

class SweepChart : public Chart {
    Q_OBJECT

public:
    using Chart::Chart;

    /// Sets the sweep, or null for none.
    void setSweep(SweepFiguresPtr sweep);

    void setTheme(const Theme &theme) override;
    bool hasData() const override { return m_sweep && !m_sweep->result.cells.empty(); }
    QString subject(const Moment &moment) const override;
    DataWriter dataWriter() const override;
    /// The fastest setting, and its throughput.
    QString figure() const override;
    QString shortFigure() const override;

protected:
    /// The sweep. Requires hasData().
    const SweepFigures &sweep() const { return *m_sweep; }
    /// Makes the picture again. There may be no data.
    virtual void rebuild() = 0;

private:
    SweepFiguresPtr m_sweep;
};

} // namespace poolscope
