// SPDX-License-Identifier: GPL-3.0-or-later
// RunController: the run of the window, from the request to start it to its end; or a command that
// is watched.
//
// Checking a task and opening an input or a run file may take long, so these happen on another
// thread. There is one run or command at a time; the last one, or the run file that was opened
// last, stays readable until the next comes.
#pragma once

#include "charts/chart.h"
#include "run/background.h"
#include "run/run.h"
#include "run/runsaving.h"
#include "runfile/runfileload.h"
#include "window/watchcontroller.h"

#include <QFutureSynchronizer>
#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace poolscope {

class RunController : public QObject {
    Q_OBJECT

public:
    enum class State { Idle, Opening, Running, Paused, Watching, Stopping, Ended };

    explicit RunController(QObject *parent = nullptr);
    ~RunController() override;

    State state() const { return m_state; }
    bool isActive() const { return m_state != State::Idle && m_state != State::Ended; }
    /// The present run, or the last one. Null before the first, and while an opened run file is
    /// shown.
    const Run *run() const { return m_run.get(); }
    /// The run that was opened from a file. Null while a run is shown.
    const LoadedRun *loaded() const { return m_loaded ? &*m_loaded : nullptr; }
    /// The command that is watched, or was last. Null while something else is shown.
    const WatchController *watched() const { return m_watch.get(); }
    bool isWatching() const { return m_watch && m_watch->isRunning(); }
    /// The record of the run, of the opened file or of a call in the watched command. Null before
    /// the first.
    const RunRecord *record() const;
    /// The record whose log is shown. Of a watched command it has no more than a log.
    const RunRecord *log() const { return m_watch ? &m_watch->output() : record(); }
    Moment moment() const;
    /// The run file of the record that is shown. Empty if there is none.
    QString path() const { return m_path; }
    /// The file that was opened last, of any kind.
    QString openedPath() const { return m_opened; }

    /// Whether the session of a watched command has ended and has no file.
    bool hasUnsavedSession() const
    {
        return m_watch && m_state == State::Ended && m_path.isEmpty()
            && !m_watch->endedRuns().empty();
    }
    /// Whether what is shown is a session, of which one run is shown: several runs of a file, or
    /// calls of a watched command.
    bool hasSession() const;
    std::size_t runCount() const; ///< in the session
    std::size_t shownRun() const; ///< its place among them
    QString runLine(std::size_t run) const; ///< a run of the session in a line
    /// The call that is shown, if it is one in a watched command.
    const WatchedCall *shownCall() const;
    /// The number of the call that is shown among those from its line, from 0.
    std::size_t numberOfCall() const;
    /// The time that the watched command took, as far as it is known.
    Duration commandElapsed() const;
    /// Shows another run of the session.
    void showRun(std::size_t run);

    /// Starts a run and keeps it in the run file at `path`, or in none if it is empty.
    void start(const RunSpec &spec, const QString &path = {});
    /// Shows a run file, a trace or a job log; runs nothing.
    void open(const QString &path);
    /// Watches a command. Its session is saved at `path` when it has ended, unless that is empty.
    void watch(const WatchRequest &request, const QString &path = {});
    /// Kills the watched command, and what it has started in its process group.
    void killWatched();
    /// Lets the watched command outlive the window.
    void releaseWatched();
    /// Resumes the run of a run file.
    void resumeFile(const QString &path);
    /// Resumes the run that was refused when taskChanged() was emitted last.
    void resumeWithChangedTask();
    void pause();
    void togglePause(); ///< pauses or resumes
    void resume();
    /// Ends the run and keeps its finished outcomes, or interrupts the watched command.
    void stop();
    void setWorkerCount(std::uint32_t count);
    /// Whether failures can be retried now: in the present run, or in one that has ended and has a
    /// run file to resume.
    bool canTryAgain() const;
    /// Retries the failed ones of these indices.
    void tryAgain(const std::vector<std::uint64_t> &indices);

signals:
    void stateChanged();
    /// The record of the last run is about to go; null it wherever it is read.
    void recordGoing();
    void recordCame(const poolscope::RunRecord *record);
    /// There is another log(); null before the present one goes.
    void logCame(const poolscope::RunRecord *log);
    /// More is known of the cost of the watched call that is shown.
    void costKnown();
    /// A pool of the watched command will wait for ever, and why.
    void warned(const QString &line);
    /// The watched command has not ended some seconds after it was interrupted.
    void interruptIgnored();
    /// The session of a watched command was saved.
    void sessionSaved();
    /// The session has other runs, or another is shown.
    void sessionChanged();
    /// A file was opened; the record came before.
    void opened(const poolscope::RunFileInfo &info);
    /// A run is not gone on with, since this file of its task is not what it was.
    void taskChanged(const QString &file);
    /// The run could not start, or broke off: why, and more about it.
    void failed(const QString &why, const QString &detail);

private:
    struct Opening;
    /// A run file that is to be gone on with, and how.
    struct Reopening {
        QString path;
        std::function<Result<Run::Opened>(
            const std::string &file, IfTaskChanged, const StillWanted &)>
            reopen;
    };

    bool goesOn() const { return m_state == State::Running || m_state == State::Paused; }
    template <typename Job> void openInBackground(Job job, const QString &path);
    void reopen(const Reopening &reopening);
    void show(Opening &opening);
    void show(Run::Opened run);
    void show(LoadedRun loaded);
    void showWatched(std::size_t run);
    void watchEnded(const QString &path);
    void openRunOf(const QString &path, std::optional<std::uint32_t> run);
    State stateWithoutOpening() const;
    void ended();
    void setState(State state);

    State m_state = State::Idle;
    std::unique_ptr<Run> m_run;
    std::shared_ptr<WatchController>
        m_watch; ///< saving its session may take longer than it is shown
    QFutureSynchronizer<void> m_saving; ///< waits for sessions that are being saved
    std::optional<LoadedRun> m_loaded;
    std::vector<RunFileInfo> m_session; ///< the runs of the loaded file
    QString m_path;
    QString m_opened;
    LatestJob m_latest;
    Reopening m_reopening; ///< the last one
    std::uint32_t m_wantedWorkers = 0; ///< set while the run was opening. 0 if it was not
};

} // namespace poolscope
