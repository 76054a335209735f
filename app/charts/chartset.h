// SPDX-License-Identifier: GPL-3.0-or-later
// ChartSet: one chart of each kind, on one time view.
#pragma once

#include "charts/chart.h"

#include <array>

namespace poolscope {

class ChartSet {
public:
    /// Creates the charts as children of `parent`. `view` outlives them.
    ChartSet(TimeView &view, QWidget *parent);

    Chart &operator[](ChartKind kind) const { return *m_charts[static_cast<std::size_t>(kind)]; }
    auto begin() const { return m_charts.begin(); }
    auto end() const { return m_charts.end(); }

private:
    std::array<Chart *, chartKindCount> m_charts;
};

} // namespace poolscope
