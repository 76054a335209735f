// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/unmarkedvalues.h"

#include <string_view>

namespace poolscope {

namespace {

bool isPrintedAsItIs(OutcomeKind kind)
{
    return kind == OutcomeKind::Text || kind == OutcomeKind::Bytes || kind == OutcomeKind::Repr;
}

/// Calls find() twice, since find_first_of() compares byte by byte, which takes many times as long.
bool hasLineBreak(std::string_view text)
{
    return text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos;
}

/// "1 value ONE" or "2 values MANY".
std::string sentence(std::uint64_t count, std::string_view one, std::string_view many)
{
    return std::to_string(count)
        + (count == 1 ? " value " + std::string(one) : " values " + std::string(many));
}

} // namespace

void UnmarkedValues::add(const OutcomeView &outcome)
{
    if (outcome.kind == OutcomeKind::Repr)
        ++m_reprs;
    if (isPrintedAsItIs(outcome.kind) && hasLineBreak(outcome.text))
        ++m_withLineBreaks;
}

std::vector<std::string> UnmarkedValues::notes(const std::filesystem::path &path) const
{
    std::vector<std::string> notes;
    const auto ending = path.extension();
    if (m_reprs > 0 && ending != ".jsonl")
        notes.push_back(sentence(m_reprs, "is nothing that JSON can hold, and is",
                            "are nothing that JSON can hold, and are")
            + " given as Python's repr; .jsonl marks which");
    const bool isText = path.empty() || ending == ".txt";
    if (m_withLineBreaks > 0 && isText)
        notes.push_back(
            sentence(m_withLineBreaks, "has line breaks, and takes", "have line breaks, and take")
            + " several lines; .jsonl and .csv tell values apart");
    return notes;
}

} // namespace poolscope
