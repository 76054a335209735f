// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerProcess: one worker as a process, and the frames that come from it.
//
// WorkerProcess starts the program with a channel as its standard input and output, in a session of
// its own that dies with this program, collects what it prints, and reports its end after the last
// byte that it left on channel or board was read. Between this program and a worker whose task
// may start processes is a keeper (worker/keeper.h): the QProcess is the keeper's, and ends when
// nothing is left of what the worker started. What the frames mean is its owner's business. Lives
// on one thread with an event loop.
#pragma once

#include "pool/boardpage.h"
#include "pool/channel.h"
#include "pool/workerprogram.h"
#include "system/oomkills.h"
#include "wire/codec.h"

#include <QByteArray>
#include <QProcess>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <tl/expected.hpp>

namespace poolscope {

/// How a process ended.
struct ProcessEnd {
    std::optional<std::int32_t> exitStatus; ///< where it ended by itself
    std::int32_t signal = 0; ///< that killed it
    std::string words; ///< "killed by signal 9 (SIGKILL)"
};

class WorkerProcess : public QObject {
    Q_OBJECT

public:
    explicit WorkerProcess(QObject *parent = nullptr);
    /// Kills the process and waits for it, if it still runs.
    ~WorkerProcess() override;

    enum class Missing : std::uint8_t { Descriptors, Processes };
    /// Why there is no room for another process.
    struct NoRoom {
        Missing missing;
        std::string why; ///< one line
    };
    /// Starts it with this limit on descriptors. Where its program cannot be run failedToStart()
    /// follows.
    tl::expected<void, NoRoom> start(const WorkerProgram &program, const rlimit &descriptors);

    std::optional<wire::Frame> nextFrame() { return m_decoder.next(); }
    /// Why its stream cannot be read any further; empty while it can.
    const std::string &streamError() const { return m_decoder.error(); }
    void send(std::string_view frames);
    /// Takes what it has finished and not yet sent, because it is long on its next iteration. Emits
    /// received() if there is anything.
    void takeFromBoard();
    /// Kills the process and all that it started. ended() follows.
    void kill();

    const BoardPage &board() const { return m_board; }
    BoardPage &board() { return m_board; }
    /// What it says it is running; once it has ended, what it was running.
    RunningBatch running() const { return m_board.runningBatch(runningPid()); }
    /// The worker's process, and the one that all descends from which it starts. 0 before
    /// started().
    pid_t pid() const { return m_pid; }
    pid_t keeper() const { return m_keeper; }
    /// How it ended, once it has.
    const ProcessEnd &end() const { return m_end; }
    /// The last of what it printed: to standard error, and what keepOutput() was given.
    const QByteArray &lastOutput() const { return m_lastOutput; }
    void keepOutput(QByteArrayView text);

signals:
    /// Frames have come; take them with nextFrame().
    void received();
    void wroteToStandardError(const QByteArray &text);
    void started();
    void failedToStart(const QString &reason);
    /// The process is gone, and what it started. received() was emitted for all that it left.
    void ended();

private:
    void readChannel();
    void readOutput();
    void processFinished(int exitCode, QProcess::ExitStatus status);
    Channel::ReadState readSome();
    void noteStart();
    void killIfItStillRuns();
    pid_t runningPid() const;

    QProcess m_process;
    std::unique_ptr<Channel> m_channel;
    BoardPage m_board;
    wire::FrameDecoder m_decoder{wire::Direction::ToPool};
    std::uint64_t m_channelBytes = 0; ///< read from the channel
    std::uint64_t m_receivedBytes =
        0; ///< given to the decoder; the board may be ahead of the channel
    std::uint64_t m_sentBytes = 0;
    bool m_isKept = false;
    bool m_isKilled = false;
    pid_t m_pid = 0;
    pid_t m_keeper = 0; ///< the worker itself where it has none
    pid_t m_session = 0; ///< of the worker
    ProcessEnd m_end;
    OomKills m_oomKillsBefore;
    QByteArray m_lastOutput;
};

} // namespace poolscope
