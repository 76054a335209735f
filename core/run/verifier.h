// SPDX-License-Identifier: GPL-3.0-or-later
// Verifier: runs the Experiment that compares the setting of a verdict with the present one.
//
// The inputs are those of the run, or the first of them if a run with all would take long. Nothing
// is stored.
#pragma once

#include "analysis/verification.h"
#include "run/experiment.h"

#include <QObject>
#include <memory>
#include <optional>

namespace poolscope {

class Verifier : public QObject {
    Q_OBJECT

public:
    struct Request {
        RunSpec present;
        RunSpec advised;
        std::optional<double> predicted; ///< factor of throughput
        bool countsStartUp = false; ///< see Verification
        double rate = 0; ///< iterations per second with the present setting. 0 if unknown
    };
    static constexpr double longestRun = 10; ///< seconds, with the present setting

    explicit Verifier(QObject *parent = nullptr);
    ~Verifier() override;

    /// Starts the runs. Does nothing while the experiment is active.
    void start(const Request &request);
    Experiment &experiment() { return m_experiment; }
    const Experiment &experiment() const { return m_experiment; }

signals:
    /// All runs were made.
    void verified(const poolscope::Verification &verification);

private:
    static Result<Experiment::Prepared> prepare(
        const Request &request, Verification &verification, const StillWanted &wanted);

    Experiment m_experiment;
    std::shared_ptr<Verification> m_verification;
};

} // namespace poolscope
