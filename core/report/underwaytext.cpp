// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/underwaytext.h"

#include "text/figures.h"

namespace poolscope {

std::string underWayText(const UnderWay &underWay)
{
    std::string text = "longest: input " + std::to_string(underWay.first);
    if (underWay.count > 1)
        text += " to " + std::to_string(underWay.first + underWay.count - 1);
    text += ", " + textOf(underWay.duration);
    return underWay.isSlow ? text + " (over " + textOf(Factor{UnderWay::slow}) + " the median)"
                           : text;
}

} // namespace poolscope
