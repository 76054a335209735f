// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/callchange.h"

#include "text/wholenumber.h"

#include <algorithm>
#include <cstdint>

namespace poolscope {

Result<void> checkCallChange(const std::string &change)
{
    const std::size_t equals = change.find('=');
    const std::string name = change.substr(0, equals);
    const std::size_t at = std::min(change.find('@'), change.size());
    const std::string value =
        equals < at ? change.substr(equals + 1, at - equals - 1) : std::string();
    const auto number = wholeNumber<std::uint32_t>(value);
    if (name != "chunksize" && name != "processes")
        return failure("a call has chunksize and processes to be changed, not '" + name + "'");
    if (!number || *number == 0)
        return failure(name + " takes a whole number from 1, not '" + value + "'");
    const std::size_t colon = change.rfind(':');
    const bool hasLine = at == change.size()
        || (colon != std::string::npos && colon > at + 1
            && wholeNumber<std::uint32_t>(change.substr(colon + 1)));
    return hasLine
        ? Result<void>()
        : failure("the place of a call is FILE:LINE, not '" + change.substr(at + 1) + "'");
}

} // namespace poolscope
