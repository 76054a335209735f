// SPDX-License-Identifier: GPL-3.0-or-later
// Verification: whether what a verdict predicted of its advice came true, by measuring the present
// setting and the advised one in alternation.
//
// Plans and arithmetic; who runs is another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

enum class Tried : std::uint8_t { Present, Advised };

/// In which order each is run so many times: in pairs, each first in every other one, so that what
/// drifts hits both alike.
std::vector<Tried> verificationOrder(std::uint32_t repeats);

/// How many of so many inputs take no longer than `most`, where all take so long; one at least.
std::uint64_t inputsWithin(std::uint64_t inputs, double seconds, double most);

struct Verification {
    std::optional<double> predicted; ///< the factor of throughput, where one was
    std::vector<double> present; ///< iterations per second, as they were measured; one at least
    std::vector<double> advised; ///< the same
    std::uint64_t failed = 0; ///< inputs, of all runs
    bool countsStartUp = false; ///< whether throughputs include the start-up

    /// The factor that came of it.
    double measured() const;
    /// Whether at least `heldFrom` of what was predicted came; nothing where nothing was.
    std::optional<bool> held() const;
};

inline constexpr double heldFrom = 0.7;

/// "Predicted 150 x; measured 131 x (present 64 k it/s, advised 8.4 M it/s; medians of 3 each). The
/// prediction held."
std::string verificationText(const Verification &verification);

} // namespace poolscope
