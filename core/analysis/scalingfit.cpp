// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/scalingfit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace poolscope {

namespace {

constexpr std::size_t mostParameters = 3;
using Parameters = std::array<double, mostParameters>; ///< X1, contention, coherency

int parametersOf(ScalingLaw law)
{
    return law == ScalingLaw::Amdahl ? 2 : 3;
}

/// Returns the greatest contention. Beyond it, throughput would fall by Amdahl's law.
double mostContention(ScalingLaw law)
{
    return law == ScalingLaw::Amdahl ? 1 : INFINITY;
}

double speedup(double workers, const Parameters &parameters)
{
    const double others = workers - 1;
    return workers / (1 + parameters[1] * others + parameters[2] * workers * others);
}

/// Returns the derivatives of the throughput by each parameter.
Parameters slopes(double workers, const Parameters &parameters)
{
    const double others = workers - 1;
    const double ofOne = speedup(workers, parameters);
    const double byDivisor = -parameters[0] * ofOne * ofOne / workers;
    return {ofOne, byDivisor * others, byDivisor * workers * others};
}

double sumOfSquares(const std::vector<ScalingPoint> &points, const Parameters &parameters)
{
    double sum = 0;
    for (const ScalingPoint &point : points) {
        const double residual =
            point.throughput - parameters[0] * speedup(point.workers, parameters);
        sum += residual * residual;
    }
    return sum;
}

void keepInBounds(ScalingLaw law, Parameters &parameters)
{
    parameters[0] = std::max(parameters[0], 0.0);
    parameters[1] = std::clamp(parameters[1], 0.0, mostContention(law));
    parameters[2] = law == ScalingLaw::Amdahl ? 0 : std::max(parameters[2], 0.0);
}

/// Returns the best X1 for the other parameters. The throughput is linear in X1.
double bestOfOne(const std::vector<ScalingPoint> &points, const Parameters &parameters)
{
    double product = 0;
    double square = 0;
    for (const ScalingPoint &point : points) {
        const double factor = speedup(point.workers, parameters);
        product += factor * point.throughput;
        square += factor * factor;
    }
    return product / square;
}

/// Gauss-Newton steps within the bounds, damped if they overshoot (Levenberg and Marquardt).
class GaussNewton {
public:
    GaussNewton(ScalingLaw law, const std::vector<ScalingPoint> &points)
        : m_law(law)
        , m_points(points)
    {
    }

    Parameters from(Parameters start) const
    {
        constexpr int mostSteps = 100;
        Parameters now = start;
        double error = sumOfSquares(m_points, now);
        double damping = 1e-3;
        for (int i = 0; i < mostSteps && damping < 1e12; ++i) {
            Parameters next = step(now, damping);
            const double nextError = sumOfSquares(m_points, next);
            if (!(nextError < error)) {
                damping *= 10;
                continue;
            }
            const bool isClose = error - nextError <= 1e-13 * error;
            now = next;
            error = nextError;
            damping = std::max(damping / 10, 1e-12);
            if (isClose)
                break;
        }
        return now;
    }

private:
    /// Returns the parameters after a step. Those that would leave their bounds stay there.
    Parameters step(const Parameters &now, double damping) const
    {
        std::array<bool, mostParameters> isFree{true, true, m_law == ScalingLaw::Universal};
        Parameters next = now;
        for (int holds = 0; holds < 2; ++holds) {
            next = freeStep(now, damping, isFree);
            bool isInside = true;
            for (std::size_t k = 1; k < mostParameters; ++k) {
                const bool isPushedOut = (now[k] <= 0 && next[k] < 0)
                    || (k == 1 && now[k] >= mostContention(m_law)
                        && next[k] > mostContention(m_law));
                if (isFree[k] && isPushedOut)
                    isFree[k] = isInside = false;
            }
            if (isInside)
                break;
        }
        keepInBounds(m_law, next);
        return next;
    }

    Parameters freeStep(
        const Parameters &now, double damping, const std::array<bool, mostParameters> &isFree) const
    {
        Eigen::Matrix3d squares = Eigen::Matrix3d::Zero();
        Eigen::Vector3d gradient = Eigen::Vector3d::Zero();
        for (const ScalingPoint &point : m_points) {
            const Parameters slope = slopes(point.workers, now);
            Eigen::Vector3d row(slope[0], slope[1], slope[2]);
            for (Eigen::Index k = 0; k < 3; ++k) {
                if (!isFree[static_cast<std::size_t>(k)])
                    row[k] = 0;
            }
            squares += row * row.transpose();
            gradient += row * (point.throughput - now[0] * speedup(point.workers, now));
        }
        for (Eigen::Index k = 0; k < 3; ++k)
            squares(k, k) = squares(k, k) > 0 ? squares(k, k) * (1 + damping) : 1;
        const Eigen::Vector3d move = squares.ldlt().solve(gradient);
        return {now[0] + move[0], now[1] + move[1], now[2] + move[2]};
    }

    ScalingLaw m_law;
    const std::vector<ScalingPoint> &m_points;
};

/// Returns the best fit from several starts, since the two parameters are hard to separate.
Parameters bestParameters(ScalingLaw law, const std::vector<ScalingPoint> &points)
{
    const GaussNewton search(law, points);
    Parameters best{};
    double least = INFINITY;
    for (const double contention : {0.0, 0.05, 0.5}) {
        for (const double coherency : {0.0, 0.001, 0.05}) {
            if (law == ScalingLaw::Amdahl && coherency > 0)
                continue;
            Parameters start{1, contention, coherency};
            start[0] = bestOfOne(points, start);
            const Parameters found = search.from(start);
            const double error = sumOfSquares(points, found);
            if (error < least) {
                least = error;
                best = found;
            }
        }
    }
    return best;
}

double variance(const std::vector<ScalingPoint> &points)
{
    double sum = 0;
    for (const ScalingPoint &point : points)
        sum += point.throughput;
    const double mean = sum / static_cast<double>(points.size());
    double squares = 0;
    for (const ScalingPoint &point : points)
        squares += (point.throughput - mean) * (point.throughput - mean);
    return squares;
}

void fill(ScalingFit &fit, const Parameters &parameters)
{
    fit.ofOne.value = parameters[0];
    fit.contention.value = parameters[1];
    fit.coherency.value = parameters[2];
}

/// Adds intervals from fits to the curve with resampled residuals. Residuals are shares of the
/// throughput, since a fast run varies by more, and are widened to make up for the parameters.
void addIntervals(
    ScalingFit &fit, const std::vector<ScalingPoint> &points, const Bootstrap &bootstrap)
{
    const auto count = static_cast<double>(points.size());
    const double widening = std::sqrt(count / (count - parametersOf(fit.law)));
    std::vector<double> shares;
    for (std::size_t i = 0; i < points.size(); ++i)
        shares.push_back(widening * fit.residuals[i] / fit.throughput(points[i].workers));
    Resampler resampler(bootstrap.seed);
    std::vector<double> place;
    std::array<std::vector<double>, mostParameters> values;
    std::vector<ScalingPoint> drawn = points;
    const Parameters start{fit.ofOne.value, fit.contention.value, fit.coherency.value};
    for (int i = 0; i < bootstrap.resamples; ++i) {
        const Sample share = resampler.draw(shares, place);
        for (std::size_t k = 0; k < points.size(); ++k)
            drawn[k].throughput = fit.throughput(points[k].workers) * (1 + share[k]);
        const Parameters found = GaussNewton(fit.law, drawn).from(start);
        for (std::size_t k = 0; k < mostParameters; ++k)
            values[k].push_back(found[k]);
    }
    fit.ofOne.interval = middleOf(std::move(values[0]), bootstrap.confidence);
    fit.contention.interval = middleOf(std::move(values[1]), bootstrap.confidence);
    if (fit.law == ScalingLaw::Universal)
        fit.coherency.interval = middleOf(std::move(values[2]), bootstrap.confidence);
}

} // namespace

std::string_view nameOf(ScalingLaw law)
{
    return law == ScalingLaw::Amdahl ? "Amdahl's law" : "the Universal Scalability Law";
}

double ScalingFit::throughput(double workers) const
{
    return ofOne.value * speedup(workers, {ofOne.value, contention.value, coherency.value});
}

std::optional<double> ScalingFit::peakWorkers() const
{
    if (coherency.value <= 0)
        return std::nullopt;
    return std::sqrt(std::max(1 - contention.value, 0.0) / coherency.value);
}

std::optional<double> ScalingFit::mostThroughput() const
{
    if (const auto peak = peakWorkers())
        return throughput(std::max(*peak, 1.0));
    if (contention.value <= 0)
        return std::nullopt;
    return ofOne.value / contention.value;
}

Result<ScalingFit> fitScaling(
    ScalingLaw law, const std::vector<ScalingPoint> &points, const Bootstrap &bootstrap)
{
    std::set<double> counts;
    for (const ScalingPoint &point : points)
        counts.insert(point.workers);
    const int parameters = parametersOf(law);
    const std::string name(nameOf(law));
    if (counts.size() < static_cast<std::size_t>(parameters) + 1)
        return failure(name + " cannot be fitted to " + std::to_string(counts.size())
            + (counts.size() == 1 ? " number" : " numbers") + " of workers: it takes "
            + std::to_string(parameters + 1));
    const double total = variance(points);
    if (total <= 0)
        return failure(name + " cannot be fitted: the throughput is the same everywhere");

    ScalingFit fit;
    fit.law = law;
    fill(fit, bestParameters(law, points));
    double left = 0;
    for (const ScalingPoint &point : points) {
        fit.residuals.push_back(point.throughput - fit.throughput(point.workers));
        left += fit.residuals.back() * fit.residuals.back();
    }
    fit.rSquared = 1 - left / total;
    const auto count = static_cast<double>(points.size());
    const double perFreedom = (left / (count - parameters)) / (total / (count - 1));
    if (perFreedom >= 1)
        return failure(name + " explains the throughputs no better than their mean does");
    addIntervals(fit, points, bootstrap);
    return fit;
}

} // namespace poolscope
