// SPDX-License-Identifier: GPL-3.0-or-later
// CompletionPlottable: draws index against finishing rank.
//
// Each iteration is counted in a cell of the picture. A cell has the colour of its worker, or of
// text if it has several. The colour is stronger the more iterations of its column a cell has. A
// cell whose iterations all failed has the colour of failures. Ticks mark failures at any zoom.
#pragma once

#include "analysis/completionorder.h"
#include "charts/theme.h"

#include <chrono>
#include <optional>
#include <qcustomplot.h>
#include <set>
#include <vector>

namespace poolscope {

class CompletionPlottable : public QCPAbstractPlottable {
    Q_OBJECT

public:
    CompletionPlottable(QCPAxis *rankAxis, QCPAxis *indexAxis);

    /// Sets the theme, which outlives this.
    void setTheme(const Theme *theme);
    /// Sets the data, or nulls to draw nothing. Both outlive this or the next call, and may grow.
    void setSource(const CompletionOrder *order, const std::set<std::uint64_t> *failed);
    void setFailuresVisible(bool visible) { m_failuresVisible = visible; }
    bool areFailuresVisible() const { return m_failuresVisible; }
    /// Marks this index, or none.
    void setSelected(std::optional<std::uint64_t> index) { m_selected = index; }
    /// Shows or hides the mark.
    void setSelectionVisible(bool visible) { m_selectionVisible = visible; }

    /// Whether work() would change the picture.
    bool isBehind() const;
    enum class Left { Nothing, More };
    /// Counts iterations of the visible part into the picture until `until`.
    Left work(std::chrono::steady_clock::time_point until);

    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }
    QCPRange getKeyRange(bool &found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const override;

protected:
    void draw(QCPPainter *painter) override;
    void drawLegendIcon(QCPPainter *, const QRectF &) const override { }

private:
    /// The part of the order that a picture shows, and the number of its cells.
    struct Frame {
        std::uint64_t rank = 0;
        std::uint64_t ranks = 0;
        std::uint64_t index = 0;
        std::uint64_t indices = 0;
        int columns = 0;
        int rows = 0;
        friend bool operator==(const Frame &, const Frame &) = default;
    };
    static constexpr WorkerId several{UINT32_MAX};
    struct Cell {
        float count = 0;
        float failed = 0;
        WorkerId worker = noWorker; ///< of all its iterations, or `several`
    };

    Frame frameInView() const;
    void startOver(const Frame &frame);
    void add(const CompletionOrder::RankedRange &range);
    void addRow(int column, const IndexRange &indices, WorkerId worker);
    void paintCell(int column, int row);
    std::uint64_t failuresIn(const IndexRange &indices) const;
    void drawTicks(QPainter *painter) const;
    QRectF placeOf(const Frame &frame) const;

    const Theme *m_theme = nullptr;
    const CompletionOrder *m_order = nullptr;
    const std::set<std::uint64_t> *m_failed = nullptr;
    bool m_failuresVisible = true;
    std::optional<std::uint64_t> m_selected;
    bool m_selectionVisible = true;
    Frame m_frame;
    std::uint64_t m_counted = 0; ///< all lower ranks are in the picture
    std::vector<Cell> m_cells;
    std::set<std::size_t> m_withFailures; ///< cells in which an iteration failed
    QImage m_image;
    Frame m_shownBefore; ///< the picture that is shown until m_image is complete
    QImage m_imageBefore;
};

} // namespace poolscope
