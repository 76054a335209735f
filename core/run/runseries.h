// SPDX-License-Identifier: GPL-3.0-or-later
// RunSeries: makes runs over the same inputs, one after the other, and measures each.
//
// Each is an ordinary Run whose outcomes are kept by nobody. The first only warms up. Lives on one
// thread with an event loop, on which all its signals come.
#pragma once

#include "input/inputsource.h"
#include "run/run.h"
#include "spec/runspec.h"

#include <QObject>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace poolscope {

struct PlannedRun {
    RunSpec spec;
    std::string name; ///< what an error calls it
};

/// What came of a run.
struct RunMeasurement {
    double throughput = 0; ///< iterations per second, from the first dispatch to the last outcome
    double makespan = 0; ///< seconds
    double elapsed = 0; ///< seconds from its start, with that of its workers, to its end
    std::uint64_t failed = 0; ///< inputs
};

class RunSeries : public QObject {
    Q_OBJECT

public:
    enum class End { Completed, Cancelled, Failed };

    /// The task is taken to be checked (checkTask). Without runs there is nothing to warm up for.
    RunSeries(std::unique_ptr<InputSource> inputs, PlannedRun warmUp, std::vector<PlannedRun> runs);
    /// Waits until no process is left.
    ~RunSeries() override;

    void start();
    /// The run that goes on is given up, and counts for nothing; ended() comes when it is over.
    void cancel();

    bool isWarmingUp() const { return m_run && m_next == 0; }
    /// The position of the run that goes on; nothing before the start, while it warms up, and after
    /// the end.
    std::optional<std::size_t> runNow() const;
    /// Of the run that goes on, warm-up included; 0 where none does.
    double secondsOfRun() const;
    double shareOfRun() const; ///< how much of it is done, from 0 to 1

    /// Once it has ended.
    End end() const { return m_end; }
    const std::string &error() const { return m_error; } ///< why it failed, in one line
    const std::string &errorDetail() const { return m_errorDetail; } ///< a traceback, or nothing

signals:
    void measured(std::size_t run, const poolscope::RunMeasurement &measurement);
    void ended();

private:
    void runNext();
    void runFinished();
    void finish(End end, const std::string &error = {}, const std::string &detail = {});

    std::unique_ptr<InputSource> m_inputs;
    std::vector<PlannedRun> m_runs; ///< the warm-up first
    std::size_t m_next = 0; ///< the one that goes on, or is next
    bool m_isCancelled = false;
    std::unique_ptr<Run> m_run;
    End m_end = End::Completed;
    std::string m_error;
    std::string m_errorDetail;
};

} // namespace poolscope
