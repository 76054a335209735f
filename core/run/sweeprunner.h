// SPDX-License-Identifier: GPL-3.0-or-later
// SweepRunner: makes the runs of a sweep as a RunSeries, and keeps what they came to.
//
// What was measured in an earlier sitting is not measured again. Lives on one thread with an event
// loop, on which all its signals come.
#pragma once

#include "analysis/sweep.h"
#include "run/runseries.h"

#include <QObject>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

class SweepRunner : public QObject {
    Q_OBJECT

public:
    using End = RunSeries::End;

    /// The task is taken to be checked (checkTask). Workers and chunk of the spec do not matter.
    /// `known` are measurements of the plan's from before.
    SweepRunner(std::unique_ptr<InputSource> inputs, const RunSpec &spec, SweepPlan plan,
        std::vector<SweepMeasurement> known = {});
    ~SweepRunner() override;

    void start() { m_series->start(); }
    /// The run that goes on is given up, and counts for nothing; ended() comes when it is over.
    void cancel() { m_series->cancel(); }

    const SweepPlan &plan() const { return m_plan; }
    /// All so far, those from before included.
    const std::vector<SweepMeasurement> &measurements() const { return m_measurements; }
    std::size_t stepCount() const { return m_stepCount; }
    std::size_t stepsDone() const { return m_stepCount - m_steps.size(); }
    /// What is being run, warm-up included; nothing before the start and after the end.
    std::optional<SweepSetting> settingNow() const;
    bool isWarmingUp() const { return m_series->isWarmingUp(); }
    /// How much of the present run is done, from 0 to 1.
    double shareOfRun() const { return m_series->shareOfRun(); }
    /// As measured so far; nothing while there is nothing to go by.
    std::optional<double> secondsLeft() const;

    /// Once it has ended.
    End end() const { return m_series->end(); }
    const std::string &error() const { return m_series->error(); }
    const std::string &errorDetail() const { return m_series->errorDetail(); }

signals:
    void measured(const poolscope::SweepMeasurement &measurement);
    void ended();

private:
    void keep(const RunMeasurement &measurement);

    SweepPlan m_plan;
    std::vector<SweepMeasurement> m_measurements;
    std::vector<SweepStep> m_steps; ///< to be made, the next one first
    std::size_t m_stepCount;
    std::unique_ptr<RunSeries> m_series;
};

} // namespace poolscope
