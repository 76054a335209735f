// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/callsbyline.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace poolscope {

namespace {

constexpr std::uint64_t fewInputs = 8;

bool isMinor(const CallsOfLine &line, std::span<const ListedCall> calls)
{
    std::uint64_t inputs = 0;
    for (const std::size_t position : line.calls) {
        const ListedCall &call = calls[position];
        if (!call.call || call.mayGrow || call.hasFailures)
            return false;
        inputs += call.inputs;
    }
    return inputs < fewInputs;
}

} // namespace

std::vector<CallsOfLine> callsByLine(std::span<const ListedCall> calls)
{
    std::vector<CallsOfLine> lines;
    std::map<std::tuple<std::string, std::uint64_t, std::string, std::string>, std::size_t> known;
    for (std::size_t position = 0; position < calls.size(); ++position) {
        std::size_t line = lines.size();
        if (const WatchedCall *call = calls[position].call)
            line = known
                       .emplace(std::tuple(call->file, call->line, call->method, call->function),
                           lines.size())
                       .first->second;
        if (line == lines.size())
            lines.emplace_back();
        lines[line].calls.push_back(position);
    }
    for (CallsOfLine &line : lines)
        line.isMinor = isMinor(line, calls);
    const auto isShown = [](const CallsOfLine &line) {
        return !line.isMinor;
    };
    if (std::ranges::none_of(lines, isShown)) {
        for (CallsOfLine &line : lines)
            line.isMinor = false;
    }
    std::stable_partition(lines.begin(), lines.end(), isShown);
    return lines;
}

} // namespace poolscope
