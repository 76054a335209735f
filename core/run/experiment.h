// SPDX-License-Identifier: GPL-3.0-or-later
// Experiment: makes the runs of an ExperimentPlan over the same inputs, one after the other, and
// measures each.
//
// Inputs and plan are prepared on another thread, since checking a task and opening an input may
// take long. Each run is an ordinary Run whose outcomes are dropped. Lives on one thread with an
// event loop, on which all its signals arrive. Its caller gives measurements their meaning and
// stores them.
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

/// How far an experiment is.
struct ExperimentProgress {
    enum class Phase { Idle, Preparing, WarmingUp, Measuring, Stopping };

    Phase phase = Phase::Idle;
    std::size_t done = 0; ///< runs, earlier ones included
    std::size_t total = 0;
    std::string setting; ///< name of the one that is run. Empty if none is
    double shareOfRun = 0; ///< how much of the present run is done, from 0 to 1
    double seconds = 0; ///< since the start
    std::optional<double> secondsLeft = {}; ///< nothing if no run was measured yet
};

struct ExperimentEnd {
    enum class How {
        Completed,
        Stopped,
        Refused, ///< before the first run: task, inputs or file cannot be used
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

    /// Does nothing while the experiment is active.
    void start(Prepare prepare);
    /// The present run is cancelled and not measured; ended() is emitted when it is over.
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
    std::size_t m_next = 0; ///< the run that is made, or is next, in the plan's order
    std::size_t m_madeBefore = 0; ///< runs of the plan before the start
    std::unique_ptr<Run> m_run;
    ExperimentEnd m_end;
    QElapsedTimer m_clock;
    QTimer m_timer;
};

/// The inputs of a spec, whose task is checked; fails if there are none.
Result<std::unique_ptr<InputSource>> openForExperiment(
    const RunSpec &spec, const StillWanted &wanted);

} // namespace poolscope
