// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/verificationtext.h"

#include "analysis/statistics.h"
#include "text/figures.h"

namespace poolscope {

namespace {

constexpr double noMore = 1.05; // two runs with the same setting may differ by this factor

std::string judgementOf(const Verification &verification)
{
    const auto held = verification.held();
    const double measured = verification.measured();
    if (!held)
        return "Nothing was predicted.";
    if (*held)
        return "The prediction held.";
    if (measured <= noMore)
        return "The prediction did not hold: the advice does not pay here.";
    return "The prediction did not hold: " + textOf(Share{measured / *verification.predicted})
        + " of the predicted gain was measured.";
}

} // namespace

std::string verificationText(const Verification &verification)
{
    std::string text;
    if (verification.predicted)
        text = "Predicted " + textOf(Factor{*verification.predicted}) + "; measured ";
    else
        text = "Measured ";
    text += textOf(Factor{verification.measured()}) + " (present "
        + textOf(Rate{median(verification.present)}) + ", advised "
        + textOf(Rate{median(verification.advised)})
        + (verification.countsStartUp ? ", start-up included" : "") + "; medians of "
        + std::to_string(verification.present.size()) + " each). " + judgementOf(verification);
    if (verification.failed > 0)
        text += " Inputs failed, so the rates are those of failures.";
    return text;
}

} // namespace poolscope
