// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/watchverificationtext.h"

#include "analysis/statistics.h"
#include "report/watchverdicttext.h"
#include "text/figures.h"

namespace poolscope {

namespace {

std::string gainText(double gain)
{
    constexpr double alike = 1.05;
    if (gain < 1 / alike)
        return threeDigits(1 / gain) + " times slower";
    return gain <= alike ? "no faster" : threeDigits(gain) + " times as fast";
}

} // namespace

std::string changesText(const std::vector<CallChange> &changes)
{
    std::string text;
    for (const CallChange &change : changes)
        text += (text.empty() ? "" : " and ") + change.setting + "=" + std::to_string(change.value)
            + (change.place.empty() ? "" : " at " + change.place);
    return text;
}

std::string verificationText(const WatchVerification &verification)
{
    std::string text = verification.expected
        ? "Expected " + expectedRateText(*verification.expected) + "; measured "
        : "Measured ";
    text += textOf(Rate{median(verification.changed)}) + " with "
        + changesText(verification.changes) + ", and "
        + textOf(Rate{median(verification.unchanged)})
        + " unchanged: " + gainText(verification.gain()) + ".";
    if (verification.unchanged.size() > 1)
        text += " Medians of " + std::to_string(verification.unchanged.size()) + " runs each.";
    if (!verification.isDistinct())
        text += " Runs with the same settings differ by as much: verify again for another pair.";
    return text;
}

} // namespace poolscope
