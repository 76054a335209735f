// SPDX-License-Identifier: GPL-3.0-or-later
// UnmarkedValues: counts the values whose kind or end a file does not mark, to report them.
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

    /// Returns notes on a file of this name, one sentence each. An empty path is standard output.
    std::vector<std::string> notes(const std::filesystem::path &path) const;

private:
    std::uint64_t m_reprs = 0; ///< values stored only as Python's repr
    std::uint64_t m_withLineBreaks = 0;
};

} // namespace poolscope
