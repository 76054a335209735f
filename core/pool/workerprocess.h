// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerProcess: one worker as a process, and the frames that come from it.
//
// WorkerProcess starts the worker with a channel as its standard input, collects what it prints,
// and reports its end after the last byte that it left on channel or status page was read. How the
// process comes to be is its ChildProcess's business, what the frames mean its owner's. Lives on
// one thread with an event loop.
#pragma once

#include "pool/channel.h"
#include "pool/childprocess.h"
#include "pool/statuspage.h"
#include "system/oomkills.h"
#include "wire/codec.h"

#include <QByteArray>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace poolscope {

class WorkerProcess : public QObject {
    Q_OBJECT

public:
    explicit WorkerProcess(QObject *parent = nullptr);
    /// Kills the process and waits for it, if it still runs.
    ~WorkerProcess() override;

    /// Starts it. Where that turns out to be impossible later, failedToStart() follows.
    tl::expected<void, ChildProcess::NoRoom> start(std::unique_ptr<ChildProcess> process);

    std::optional<wire::Frame> nextFrame() { return m_decoder.next(); }
    /// Why its stream cannot be read any further; empty while it can.
    const std::string &streamError() const { return m_decoder.error(); }
    void send(std::string_view frames);
    /// Takes what it has finished and not yet sent, because it is long on its next iteration. Emits
    /// received() if there is anything.
    void readStatusPage();
    /// Kills the process and all that it started. ended() follows.
    void kill() { m_process->kill(); }

    const StatusPage &statusPage() const { return m_statusPage; }
    StatusPage &statusPage() { return m_statusPage; }
    /// What it says it is running; once it has ended, what it was running.
    RunningBatch running() const { return m_statusPage.runningBatch(runningPid()); }
    /// The worker's process, and the one that all descends from which it starts. 0 before
    /// started().
    pid_t pid() const { return m_process->pid(); }
    pid_t keeper() const { return m_process->keeper(); }
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
    void takeOutput(const QByteArray &text);
    void processFailedToStart(const QString &reason);
    void processEnded();
    Channel::ReadState readSome();
    void killIfItStillRuns();
    pid_t runningPid() const;

    std::unique_ptr<Channel> m_channel;
    StatusPage m_statusPage;
    wire::FrameDecoder m_decoder{wire::Direction::ToPool};
    std::uint64_t m_channelBytes = 0; ///< read from the channel
    std::uint64_t m_receivedBytes =
        0; ///< given to the decoder; the status page may be ahead of the channel
    std::uint64_t m_sentBytes = 0;
    ProcessEnd m_end;
    OomKills m_oomKillsBefore;
    QByteArray m_lastOutput;
    std::unique_ptr<ChildProcess> m_process; ///< null before start()
};

} // namespace poolscope
