// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chartset.h"

#include "charts/accountingchart.h"
#include "charts/completionchart.h"
#include "charts/laneschart.h"
#include "charts/latencychart.h"
#include "charts/ratechart.h"
#include "charts/whatifchart.h"

namespace poolscope {

ChartSet::ChartSet(TimeView &view, QWidget *parent)
    : m_charts{new LanesChart(view, parent), new CompletionChart(view, parent),
        new RateChart(view, parent), new AccountingChart(parent), new LatencyChart(parent),
        new WhatIfChart(parent)}
{
}

} // namespace poolscope
