// SPDX-License-Identifier: GPL-3.0-or-later
// Scaling fits: two laws of how throughput X grows with the number of workers N.
//
//     Amdahl's law          X(N) = N X1 / (1 + s (N - 1))
//         X1: the throughput of one worker; s, 0 to 1: the share of the work that cannot be done in
//         parallel. It levels off at X1 / s. (G. Amdahl, "Validity of the single processor approach
//         to achieving large scale computing capabilities", AFIPS 1967.)
//
//     Universal Scalability Law    X(N) = N X1 / (1 + a (N - 1) + b N (N - 1))
//         a, 0 or more: contention, workers that wait for something shared; b, 0 or more:
//         coherency, what each must settle with every other. With b above 0 it falls again beyond
//         sqrt((1 - a) / b) workers. (N. Gunther, "A simple capacity model of massively parallel
//         transaction systems", CMG 1993; "Guerrilla Capacity Planning", Springer 2007, chapter 4.)
//
// Both are fitted to throughputs as measured, by least squares (Gauss-Newton with the parameters
// kept in their bounds). Intervals come from fits to the curve with residuals drawn anew, as shares
// of it.
#pragma once

#include "analysis/statistics.h"
#include "result.h"

#include <optional>
#include <string_view>
#include <vector>

namespace poolscope {

enum class ScalingLaw { Amdahl, Universal };

std::string_view nameOf(ScalingLaw law);

struct ScalingPoint {
    double workers = 1;
    double throughput = 0; ///< measured once; above 0
};

struct ScalingFit {
    ScalingLaw law = ScalingLaw::Amdahl;
    Estimate ofOne; ///< X1, in the unit of the throughputs
    Estimate contention; ///< s or a
    Estimate coherency; ///< b; 0 in Amdahl's law
    std::vector<double> residuals; ///< measured minus fitted, of each point in turn
    /// The share of the variance that the fit explains, against the mean.
    double rSquared = 0;

    double throughput(double workers) const;
    /// The number of workers beyond which throughput falls. Nothing if it never does.
    std::optional<double> peakWorkers() const;
    /// The throughput that no number of workers exceeds. Nothing if there is no bound.
    std::optional<double> mostThroughput() const;
};

/// Fits a law to a point for each measurement, repeats included. Fails with the reason if there are
/// fewer numbers of workers than the law has parameters plus one, or if the fit explains no more
/// than the mean does, its parameters counted.
Result<ScalingFit> fitScaling(
    ScalingLaw law, const std::vector<ScalingPoint> &points, const Bootstrap &bootstrap = {1, 500});

} // namespace poolscope
