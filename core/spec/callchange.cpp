// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/callchange.h"

#include "text/wholenumber.h"

#include <algorithm>

namespace poolscope {

Result<CallChange> parseCallChange(const std::string &argument)
{
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const std::size_t at = std::min(argument.find('@'), argument.size());
    const std::string value =
        equals < at ? argument.substr(equals + 1, at - equals - 1) : std::string();
    const auto number = wholeNumber<std::uint32_t>(value);
    if (name != "chunksize" && name != "processes")
        return failure("a call has chunksize and processes to be changed, not '" + name + "'");
    if (!number || *number == 0)
        return failure(name + " takes a whole number from 1, not '" + value + "'");
    if (at == argument.size())
        return CallChange{name, *number};
    const std::string place = argument.substr(at + 1);
    const std::size_t colon = place.rfind(':');
    if (colon == std::string::npos || colon == 0
        || !wholeNumber<std::uint32_t>(place.substr(colon + 1)))
        return failure("the place of a call is FILE:LINE, not '" + place + "'");
    return CallChange{name, *number, place};
}

std::string argumentOf(const CallChange &change)
{
    return change.setting + "=" + std::to_string(change.value)
        + (change.place.empty() ? "" : "@" + change.place);
}

std::vector<std::string> withChanges(
    std::vector<std::string> arguments, const std::vector<CallChange> &changes)
{
    for (const CallChange &change : changes) {
        std::erase_if(arguments, [&change](const std::string &argument) {
            const auto other = parseCallChange(argument);
            return other && other->setting == change.setting && other->place == change.place;
        });
        arguments.push_back(argumentOf(change));
    }
    return arguments;
}

} // namespace poolscope
