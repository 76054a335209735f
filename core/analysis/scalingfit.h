// SPDX-License-Identifier: GPL-3.0-or-later
// ScalingFit: a law of the throughput X of N workers, fitted to measurements.
//
//     Amdahl's law          X(N) = N X1 / (1 + s (N - 1))
//         X1 is the throughput of one worker. s, 0 to 1, is the share of the work that cannot be
//         done in parallel. X approaches X1 / s. (G. Amdahl, "Validity of the single processor
//         approach to achieving large scale computing capabilities", AFIPS 1967.)
//
//     Universal Scalability Law    X(N) = N X1 / (1 + a (N - 1) + b N (N - 1))
//         a, 0 or more, is contention: workers wait for something shared. b, 0 or more, is
//         coherency: each worker communicates with every other. If b is above 0, X falls beyond
//         sqrt((1 - a) / b) workers. (N. Gunther, "A simple capacity model of massively parallel
//         transaction systems", CMG 1993; "Guerrilla Capacity Planning", Springer 2007, chapter 4.)
//
// Both are fitted to measured throughputs by least squares (Gauss-Newton with bounded parameters).
// Intervals come from fits to the curve with resampled residuals, as shares of the curve.
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
    double throughput = 0; ///< of one measurement, above 0
};

struct ScalingFit {
    ScalingLaw law = ScalingLaw::Amdahl;
    Estimate ofOne; ///< X1, in the unit of the throughputs
    Estimate contention; ///< s or a
    Estimate coherency; ///< b. 0 in Amdahl's law
    std::vector<double> residuals; ///< measured minus fitted throughput of each point
    /// The share of the variance that the fit explains.
    double rSquared = 0;

    double throughput(double workers) const;
    /// Returns the number of workers beyond which throughput falls, or nothing if it never does.
    std::optional<double> peakWorkers() const;
    /// Returns the throughput that no number of workers exceeds, or nothing if there is no bound.
    std::optional<double> mostThroughput() const;
};

/// Fits a law to the points, one for each measurement. Fails if there are fewer different numbers
/// of workers than the parameters of the law plus one. Also fails if the fit explains no more than
/// the mean does, adjusted for the number of parameters.
Result<ScalingFit> fitScaling(
    ScalingLaw law, const std::vector<ScalingPoint> &points, const Bootstrap &bootstrap = {1, 500});

} // namespace poolscope
