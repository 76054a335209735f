// SPDX-License-Identifier: GPL-3.0-or-later
// UnmarkedValues: counts the values that a file shows without a mark on what they are, to report
// them beside it.
#pragma once

#include "wire/value.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace poolscope {

class UnmarkedValues {
public:
    /// Counts a value that was written.
    void add(const OutcomeView &outcome);

    /// The notes on a file of this name, one sentence each. An empty path is standard output.
    std::vector<std::string> notes(const std::filesystem::path &path) const;

private:
    std::uint64_t m_reprs = 0; ///< of which only the printed form could be kept
    std::uint64_t m_withLineBreaks = 0;
};

} // namespace poolscope
