// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/resizes.h"

namespace poolscope {

std::vector<Since<std::uint32_t>> resizesOf(const RunHistory &history)
{
    std::vector<Since<std::uint32_t>> resizes;
    const auto &sizes = history.sizes();
    for (std::size_t i = 1; i < sizes.size(); ++i) {
        if (sizes[i].value != sizes[i - 1].value)
            resizes.push_back(sizes[i]);
    }
    return resizes;
}

QPen resizePen(const QColor &colour)
{
    QPen pen(colour, 1);
    pen.setDashPattern({6, 2, 1, 2});
    return pen;
}

} // namespace poolscope
