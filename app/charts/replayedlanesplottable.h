// SPDX-License-Identifier: GPL-3.0-or-later
// ReplayedLanesPlottable: draws the lanes of a ReplayedRun, which is the prediction of a run in
// another pool (analysis/whatif.h). If lanes are too low to be drawn, a row of the picture is the
// mean of several lanes.
//
// The key axis is nanoseconds since the first dispatch. On the value axis the lane of worker n is
// centred at n. Setters do not redraw.
#pragma once

#include "analysis/busycolumns.h"
#include "analysis/whatif.h"
#include "charts/theme.h"

#include <deque>
#include <memory>
#include <qcustomplot.h>

namespace poolscope {

class ReplayedLanesPlottable : public QCPAbstractPlottable {
    Q_OBJECT

public:
    ReplayedLanesPlottable(QCPAxis *keyAxis, QCPAxis *valueAxis);

    /// Sets the theme, which outlives this.
    void setTheme(const Theme *theme) { m_theme = theme; }
    /// Sets the run. Draws nothing if it is null or has no lanes.
    void setRun(std::shared_ptr<const ReplayedRun> run);
    const ReplayedRun *run() const { return m_run.get(); }

    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }
    QCPRange getKeyRange(bool &found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const override;

protected:
    void draw(QCPPainter *painter) override;
    void drawLegendIcon(QCPPainter *painter, const QRectF &rect) const override;

private:
    struct View;
    void drawLane(QCPPainter *painter, const View &view, std::size_t lane);
    void drawRow(QCPPainter *painter, const View &view, double top, double height);

    const Theme *m_theme = nullptr;
    std::shared_ptr<const ReplayedRun> m_run;
    std::deque<BusyColumns> m_columns; ///< by lane
};

} // namespace poolscope
