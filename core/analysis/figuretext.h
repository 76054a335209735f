// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as a sentence has them: rounded to what is worth reading, with their unit.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope::sentence {

/// "19 us", "1.5 s", "2 min 10 s".
std::string durationText(double seconds);
/// "2044 it/s", "1.8 M it/s".
std::string rateText(double iterationsPerSecond);
/// "12%", "less than 1%".
std::string percentText(double share);
/// "1.8 x", "150 x".
std::string factorText(double factor);
/// "48 MB", "1.7 GB": powers of 1000.
std::string memoryText(double bytes);
/// "1 worker", "2 workers".
std::string countText(std::uint64_t count, const std::string &one);

} // namespace poolscope::sentence
