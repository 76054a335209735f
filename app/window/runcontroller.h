// SPDX-License-Identifier: GPL-3.0-or-later
// RunController: the window's run, from the wish to start it to its end.
//
// Checking a task and opening an input may take long, so both happen on another thread. There is
// one run at a time; the last one stays readable until the next starts.
#pragma once

#include "charts/chart.h"
#include "record/run.h"

#include <QObject>
#include <memory>
#include <vector>

namespace poolscope {

class RunController : public QObject {
    Q_OBJECT

public:
    enum class State { Idle, Opening, Running, Paused, Stopping, Ended };

    explicit RunController(QObject *parent = nullptr);
    ~RunController() override;

    State state() const { return m_state; }
    bool isActive() const { return m_state != State::Idle && m_state != State::Ended; }
    /// The run that goes on or was the last; null before the first.
    const Run *run() const { return m_run.get(); }
    Moment moment() const;

    void start(const RunSpec &spec);
    void pause();
    void resume();
    /// Ends the run; what has finished stays.
    void stop();
    void setWorkerCount(std::uint32_t count);
    /// Those of these indices that have failed are tried again, while the run goes on.
    void tryAgain(const std::vector<std::uint64_t> &indices);

signals:
    void stateChanged();
    /// The record of the last run is about to go; null it wherever it is read.
    void recordGoing();
    void recordCame(const poolscope::RunRecord *record);
    /// The run could not start, or broke off: why, and more about it.
    void failed(const QString &why, const QString &detail);

private:
    struct Opening;

    void opened(const std::shared_ptr<Opening> &opening);
    void ended();
    void setState(State state);

    State m_state = State::Idle;
    std::unique_ptr<Run> m_run;
    std::shared_ptr<Opening> m_opening; ///< the one that is waited for
    std::uint32_t m_wantedWorkers = 0; ///< told while the run was opening; 0: nothing
};

} // namespace poolscope
