// SPDX-License-Identifier: GPL-3.0-or-later
// DurationPlottable: draws a distribution of durations as bars, and named lines at some durations.
// The key axis is logarithmic, in nanoseconds. The value axis is the share of all iterations, in
// percent. Setters do not redraw.
#pragma once

#include "analysis/durationhistogram.h"
#include "charts/theme.h"

#include <optional>
#include <qcustomplot.h>
#include <vector>

namespace poolscope {

class DurationPlottable : public QCPAbstractPlottable {
    Q_OBJECT

public:
    using Bar = DurationHistogram::Bar;
    /// A duration that is marked by a line with its name above.
    struct Mark {
        QString name;
        double duration = 0; ///< nanoseconds
        Qt::PenStyle style = Qt::SolidLine;
    };

    DurationPlottable(QCPAxis *keyAxis, QCPAxis *valueAxis);

    /// Sets the theme, which outlives this.
    void setTheme(const Theme *theme) { m_theme = theme; }
    /// Sets the bars, in the order of durations, and the marks.
    void setBars(std::vector<Bar> bars, std::vector<Mark> marks);
    const std::vector<Bar> &bars() const { return m_bars; }
    void setBarsVisible(bool visible) { m_barsVisible = visible; }
    bool areBarsVisible() const { return m_barsVisible; }
    void setMarksVisible(bool visible) { m_marksVisible = visible; }
    bool areMarksVisible() const { return m_marksVisible; }
    /// Highlights the bars that overlap this range, or none.
    void setSelected(const std::optional<DurationRange> &range) { m_selected = range; }
    /// Shows or hides the highlight.
    void setSelectionVisible(bool visible) { m_selectionVisible = visible; }

    /// The share of the iterations of all bars that this bar has, in percent. 0 if there are none.
    double percentOf(const Bar &bar) const;
    /// Returns the bar whose durations contain the x of a position in pixels, at any height. Null
    /// if there is none or it has no iterations. Valid until setBars().
    const Bar *columnAt(const QPointF &position) const;
    /// Returns the bar at a position in pixels, or null. The user can also click some pixels above
    /// a low bar. Valid until setBars().
    const Bar *barAt(const QPointF &position) const;
    /// Returns the height in pixels that the caller reserves above the plot for the marks' names.
    static int heightOfNames(const QFontMetrics &metrics);

    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }
    QCPRange getKeyRange(bool &found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const override;

protected:
    void draw(QCPPainter *painter) override;
    void drawLegendIcon(QCPPainter *painter, const QRectF &rect) const override;

private:
    QRectF rectOf(const Bar &bar) const;
    bool isSelected(const Bar &bar) const;
    void drawBars(QCPPainter *painter) const;
    void drawMarks(QCPPainter *painter) const;

    const Theme *m_theme = nullptr;
    std::vector<Bar> m_bars;
    double m_iterations = 0; ///< of all bars
    std::vector<Mark> m_marks;
    bool m_barsVisible = true;
    bool m_marksVisible = true;
    std::optional<DurationRange> m_selected;
    bool m_selectionVisible = true;
};

} // namespace poolscope
