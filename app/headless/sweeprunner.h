// SPDX-License-Identifier: GPL-3.0-or-later
// SweepRunner: makes the runs of a sweep, one after the other, and measures each.
//
// Each is an ordinary Run whose outcomes are kept by nobody. The first only warms up. What was
// measured in an earlier sitting is not measured again. Lives on one thread with an event loop, on
// which all its signals come.
#pragma once

#include "analysis/sweep.h"
#include "pool/runspec.h"
#include "record/run.h"

#include <QObject>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

class SweepRunner : public QObject {
    Q_OBJECT

public:
    enum class End { Completed, Cancelled, Failed };

    /// The task is taken to be checked (checkTask). Workers and chunk of the spec do not matter.
    /// `known` are measurements of the plan's from before.
    SweepRunner(RunSpec spec, SweepPlan plan, std::vector<SweepMeasurement> known = {});
    ~SweepRunner() override;

    void start();
    /// The run that goes on is given up, and counts for nothing; ended() comes when it is over.
    void cancel();

    const SweepPlan &plan() const { return m_plan; }
    /// All so far, those from before included.
    const std::vector<SweepMeasurement> &measurements() const { return m_measurements; }
    std::size_t stepCount() const { return m_stepCount; }
    std::size_t stepsDone() const { return m_stepCount - m_steps.size(); }
    /// What is being run, warm-up included; nothing before the start and after the end.
    std::optional<SweepSetting> settingNow() const;
    bool isWarmingUp() const { return m_isWarmingUp && m_run; }
    /// How much of the present run is done, from 0 to 1.
    double shareOfRun() const;
    /// As measured so far; nothing while there is nothing to go by.
    std::optional<double> secondsLeft() const;

    /// Once it has ended.
    End end() const { return m_end; }
    const std::string &error() const { return m_error; } ///< why it failed, in one line
    const std::string &errorDetail() const { return m_errorDetail; } ///< a traceback, or nothing

signals:
    void measured(const poolscope::SweepMeasurement &measurement);
    void ended();

private:
    void runNext();
    void runFinished();
    void finish(End end, const std::string &error = {}, const std::string &detail = {});
    double secondsOfRun() const;

    RunSpec m_spec;
    SweepPlan m_plan;
    std::vector<SweepMeasurement> m_measurements;
    std::vector<SweepStep> m_steps; ///< to be made, the next one first
    std::size_t m_stepCount;
    bool m_isWarmingUp = true;
    bool m_isCancelled = false;
    std::unique_ptr<Run> m_run;
    End m_end = End::Completed;
    std::string m_error;
    std::string m_errorDetail;
};

} // namespace poolscope
