// SPDX-License-Identifier: GPL-3.0-or-later
// UnmarkedValues: what a file of values does not show of them, to be told beside it.
#pragma once

#include "wire/value.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace poolscope {

class UnmarkedValues {
public:
    /// Takes note of a value that was written.
    void add(const OutcomeView &outcome);

    /// What is to be told of a file of this name, a sentence each; an empty path is standard
    /// output.
    std::vector<std::string> notes(const std::filesystem::path &path) const;

private:
    std::uint64_t m_reprs = 0; ///< of which only the printed form could be kept
    std::uint64_t m_withLineBreaks = 0;
};

} // namespace poolscope
