// SPDX-License-Identifier: GPL-3.0-or-later
// WatchController: a command that is watched in the window, from its start on.
//
// The window's thread reads the records of the command every few hundredths of a second. Late
// reading loses detail, and never delays the command. The command has a process group of its own,
// and writes to a pipe, whose lines are the log of output(). The destructor kills a command that
// has not ended, unless release() was called.
#pragma once

#include "charts/chart.h"
#include "events/callsbyline.h"
#include "run/watchsession.h"
#include "system/descriptor.h"
#include "text/units.h"
#include "watch/launch.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSocketNotifier>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// A command to watch.
struct WatchRequest {
    std::vector<std::string> words; ///< the program, and its arguments
    QString folder; ///< in which the command starts
    std::vector<std::string> changes = {}; ///< "chunksize=64@post.py:9"
    bool recordsInputs = false; ///< whether the texts of failed and slow inputs are recorded
};

class WatchController : public QObject {
    Q_OBJECT

public:
    /// Starts the command.
    static Result<std::unique_ptr<WatchController>> start(const WatchRequest &request);
    ~WatchController() override;

    const WatchRequest &request() const { return m_request; }
    bool isRunning() const { return !m_end; }
    /// "exit status 0" or "SIGINT". Empty while the command runs.
    QString endText() const;

    std::size_t runCount() const { return m_session->runs().size(); }
    QString runFigures(std::size_t run) const;
    ListedCall listedCall(std::size_t run) const;
    const WatchedCall &call(std::size_t run) const;
    /// The time from the start of the command to its end, 0 before.
    Duration elapsed() const { return m_elapsed; }
    std::size_t shownRun() const { return m_shown; }
    /// Shows a run, and follows the newest run from then on only if this is the newest. The owner
    /// reports the change.
    void showRun(std::size_t run);
    /// The record that is shown. Null before the first run.
    const RunRecord *record() const;
    Moment moment() const;
    /// The record of printed lines and of messages on all pools. Has a log, and no timeline.
    const RunRecord &output() const { return m_output; }

    void interrupt();
    void kill();
    /// Lets the command outlive this object.
    void release() { m_isReleased = true; }

    /// The runs for writeSession(). Empty until the command has ended, or if it used no pool.
    const std::vector<EndedRun> &endedRuns() const { return m_endedRuns; }

signals:
    /// A run is to be shown: a new one, or the longest when the command has ended.
    void runWanted(std::size_t run);
    void runsChanged();
    /// The cost of the run that is shown has been updated.
    void costUpdated();
    /// A pool will wait for ever. `line` is the reason.
    void warned(const QString &line);
    /// The command has not ended some seconds after it was interrupted.
    void interruptIgnored();
    void ended();

private:
    explicit WatchController(WatchRequest request);
    Result<void> startCommand();
    void update();
    void updateRuns();
    std::size_t longestRun() const;
    void readOutput();
    void takeOutput(const char *bytes, std::size_t size);
    void finishLine();
    void leaveOutput();
    void copyMessages();
    void finish(const watch::CommandEnd &end);
    bool hasEnded(std::size_t run) const;

    WatchRequest m_request;
    std::unique_ptr<WatchSession> m_session;
    std::optional<watch::LaunchedCommand> m_command;
    std::optional<watch::CommandEnd> m_end;
    std::vector<EndedRun> m_endedRuns;
    RunClock m_clock; ///< since the command started
    Duration m_elapsed{};
    RunRecord m_output;
    Descriptor m_pipe; ///< from which the command's output is read
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::string m_line; ///< the last line, while it is incomplete
    std::vector<std::uint64_t> m_messagesCopied; ///< by run, from its log
    std::vector<bool> m_costTaken; ///< by run
    QTimer m_timer;
    QTimer m_patience; ///< after an interrupt
    QElapsedTimer m_sinceNewest; ///< since the newest run was shown
    std::size_t m_shown = 0;
    bool m_followsNewest = true;
    bool m_isReleased = false;
};

} // namespace poolscope
