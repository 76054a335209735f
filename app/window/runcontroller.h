// SPDX-License-Identifier: GPL-3.0-or-later
// RunController: controls the run of the window from its start to its end, or a watched command.
//
// Checking a task and opening an input or a run file may take long, so these happen on another
// thread. There is one run or command at a time. The last one, or the run file that was opened
// last, can be read until the next one replaces it.
#pragma once

#include "charts/chart.h"
#include "events/callsbyline.h"
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
    /// The command that is watched, or was watched last. Null while something else is shown.
    const WatchController *watched() const { return m_watch.get(); }
    bool isWatching() const { return m_watch && m_watch->isRunning(); }
    /// The record of the run, of the opened file or of a call in the watched command. Null before
    /// the first.
    const RunRecord *record() const;
    /// The record whose log is shown. That of a watched command has only a log.
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
    /// Whether the run that is shown belongs to a session: the runs of a file, or the calls of a
    /// watched command.
    bool hasSession() const;
    std::size_t runCount() const; ///< in the session
    std::size_t shownRun() const; ///< position in the session
    QString runLine(std::size_t run) const; ///< one line on a run of the session
    QString runFigures(std::size_t run) const; ///< the part of that line which is not the call
    /// A run of the session. The call is valid until the session changes.
    ListedCall listedCall(std::size_t run) const;
    /// The call that is shown, if it is one in a watched command.
    const WatchedCall *shownCall() const;
    /// The command of the session with shownCall(), and the changes with which it was watched.
    WatchRequest shownCommand() const;
    /// The number of the call that is shown among those from its line, from 0.
    std::size_t numberOfCall() const;
    /// The time that the watched command took, as far as it is known.
    Duration commandElapsed() const;
    /// Shows another run of the session.
    void showRun(std::size_t run);

    /// Starts a run, and records it in a run file at `path`, unless that is empty.
    void start(const RunSpec &spec, const QString &path = {});
    /// Shows a run file, a trace or a job log. Runs nothing.
    void open(const QString &path);
    /// Watches a command. Saves its session at `path` when it has ended, unless that is empty.
    void watch(const WatchRequest &request, const QString &path = {});
    /// Kills the watched command and its process group.
    void killWatched();
    /// Lets the watched command outlive the window.
    void releaseWatched();
    /// Resumes the run of a run file.
    void resumeFile(const QString &path);
    /// Resumes the run for which taskChanged() was emitted last.
    void resumeWithChangedTask();
    void pause();
    void togglePause(); ///< pauses or resumes
    void resume();
    /// Stops the run, whose finished outcomes are kept, or interrupts the watched command.
    void stop();
    void setWorkerCount(std::uint32_t count);
    /// Whether failures can be retried, in a run that continues, or in one that has ended and has a
    /// run file to resume.
    bool canTryAgain() const;
    /// Retries those of the indices that have failed.
    void retry(const std::vector<std::uint64_t> &indices);

signals:
    void stateChanged();
    /// The record will be destroyed, and must not be read any more.
    void recordAboutToBeRemoved();
    void recordReady(const poolscope::RunRecord *record);
    /// The log() has changed. Null if the present one will be destroyed.
    void logChanged(const poolscope::RunRecord *log);
    /// The cost of the watched call that is shown has been updated.
    void costUpdated();
    /// A pool of the watched command will wait for ever. `line` is the reason.
    void warned(const QString &line);
    /// The watched command has ended. One of its calls is shown.
    void commandEnded();
    /// The watched command has not ended some seconds after it was interrupted.
    void interruptIgnored();
    /// The session of a watched command was saved.
    void sessionSaved();
    /// The runs of the session, or the run that is shown, have changed.
    void sessionChanged();
    /// A file was opened. Emitted after recordReady().
    void opened(const poolscope::RunFileInfo &info);
    /// A run was not resumed, since this file of its task has changed.
    void taskChanged(const QString &file);
    /// The run could not start, or has failed. `detail` may be empty.
    void failed(const QString &why, const QString &detail);

private:
    struct Opening;
    /// A run file to resume, and the function that reopens it.
    struct Reopening {
        QString path;
        std::function<Result<Run::Opened>(
            const std::string &file, IfTaskChanged, const StillWanted &)>
            reopen;
    };

    bool isUnderWay() const { return m_state == State::Running || m_state == State::Paused; }
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
        m_watch; ///< shared, since saving its session may outlast its display
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
