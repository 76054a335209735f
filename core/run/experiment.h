// SPDX-License-Identifier: GPL-3.0-or-later
// Experiment: makes the runs of an ExperimentPlan over the same inputs, one after the other, and
// measures each.
//
// Inputs and plan are prepared on another thread, since checking a task and opening an input may
// take long. Each run is an ordinary Run whose outcomes are dropped. Lives on one thread with an
// event loop, on which all its signals arrive. Its caller interprets and stores measurements.
#pragma once

#include "analysis/experiment.h"
#include "input/inputsource.h"
#include "run/background.h"
#include "run/run.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace poolscope {

struct ExperimentProgress {
    enum class Phase { Idle, Preparing, WarmingUp, Measuring, Stopping };

    Phase phase = Phase::Idle;
    std::size_t done = 0; ///< runs, earlier ones included
    std::size_t total = 0;
    std::string setting; ///< name of the one that is run. Empty if none is
    double shareOfRun = 0; ///< the part of the present run that is done, from 0 to 1
    double seconds = 0; ///< since the start
    std::optional<double> secondsLeft = {}; ///< nothing if no run was measured yet
};

struct ExperimentEnd {
    enum class How {
        Completed,
        Stopped,
        Refused, ///< task, inputs or file cannot be used, so no run was made
        Failed, ///< in a run
    };

    How how = How::Completed;
    std::string error = {}; ///< why, in one line
    std::string detail = {}; ///< a traceback, or nothing
};

class Experiment : public QObject {
    Q_OBJECT

public:
    struct Prepared {
        std::unique_ptr<InputSource> inputs;
        ExperimentPlan plan;
    };
    /// Called on another thread, with a function that returns whether its result is still wanted.
    using Prepare = std::function<Result<Prepared>(const StillWanted &)>;

    explicit Experiment(QObject *parent = nullptr);
    /// Waits until no process is left.
    ~Experiment() override;

    /// Starts the experiment. Does nothing while it is active.
    void start(Prepare prepare);
    /// Cancels the present run, which is not measured. ended() is emitted when it has ended.
    void stop();
    bool isActive() const { return m_phase != ExperimentProgress::Phase::Idle; }
    ExperimentProgress progress() const;
    const ExperimentPlan &plan() const { return m_plan; }
    const ExperimentEnd &end() const { return m_end; } ///< of the last start

signals:
    void activityChanged();
    void prepared();
    void progressed();
    /// `run` is a position in the plan's order.
    void measured(std::size_t run, const poolscope::RunMeasurement &measurement);
    /// No process of the experiment is left, and another can be started.
    void ended(const poolscope::ExperimentEnd &end);

private:
    using Phase = ExperimentProgress::Phase;

    void begin(Prepared ready);
    void runNext();
    void runFinished();
    void measure();
    const ExperimentPlan::Setting &settingNow() const;
    std::optional<double> secondsLeft() const;
    void finish(ExperimentEnd end);

    Phase m_phase = Phase::Idle;
    LatestJob m_preparing;
    std::unique_ptr<InputSource> m_inputs;
    ExperimentPlan m_plan;
    std::size_t m_next = 0; ///< the present or next run, in the plan's order
    std::size_t m_madeBefore = 0; ///< runs of the plan that were made before the start
    std::unique_ptr<Run> m_run;
    ExperimentEnd m_end;
    QElapsedTimer m_clock;
    QTimer m_timer;
};

/// Checks the task of a spec, and opens its inputs. Fails if there are none.
Result<std::unique_ptr<InputSource>> openForExperiment(
    const RunSpec &spec, const StillWanted &wanted);

} // namespace poolscope
