// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/watchverification.h"

#include "analysis/statistics.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

double spreadOf(const std::vector<double> &rates)
{
    const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
    return *most - *least;
}

} // namespace

double WatchVerification::gain() const
{
    return ratio(median(changed), median(unchanged));
}

bool WatchVerification::isDistinct() const
{
    std::vector<double> present = unchanged;
    present.push_back(recorded);
    const double spread = std::max(spreadOf(present), spreadOf(changed));
    return std::abs(median(changed) - median(unchanged)) > spread;
}

} // namespace poolscope
