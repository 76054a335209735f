// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerProcess: one worker as a process, and the frames that it sends.
//
// WorkerProcess starts the worker with a channel as its standard input, collects its output, and
// reports its end after the last byte on channel and status page was read. A ChildProcess starts
// the process, and the owner interprets the frames. Lives on one thread with an event loop.
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

    /// Starts the worker. failedToStart() follows if the start fails later.
    tl::expected<void, ChildProcess::NoRoom> start(std::unique_ptr<ChildProcess> process);

    std::optional<wire::Frame> nextFrame() { return m_decoder.next(); }
    /// The reason why the stream cannot be read any further. Empty while it can.
    const std::string &streamError() const { return m_decoder.error(); }
    void send(std::string_view frames);
    /// Reads frames that a worker has stored on the status page and not sent, since its next
    /// iteration takes long. Emits received() if there are any.
    void readStatusPage();
    /// Kills the process and all that it started. ended() follows.
    void kill() { m_process->kill(); }

    const StatusPage &statusPage() const { return m_statusPage; }
    StatusPage &statusPage() { return m_statusPage; }
    /// The running batch, or the one that was running when the worker ended.
    RunningBatch running() const { return m_statusPage.runningBatch(runningPid()); }
    /// The worker's process, and the ancestor of all processes that it starts. 0 before started().
    pid_t pid() const { return m_process->pid(); }
    pid_t keeper() const { return m_process->keeper(); }
    /// The end of the worker, once ended() was emitted.
    const ProcessEnd &end() const { return m_end; }
    /// The end of the worker's output: standard error and the texts of keepOutput().
    const QByteArray &lastOutput() const { return m_lastOutput; }
    void keepOutput(QByteArrayView text);

signals:
    /// Frames have arrived. nextFrame() returns them.
    void received();
    void wroteToStandardError(const QByteArray &text);
    void started();
    void failedToStart(const QString &reason);
    /// The process and all that it started have ended. received() was emitted for all frames.
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
    /// Passed to the decoder. Bytes from the status page may be ahead of the channel.
    std::uint64_t m_receivedBytes = 0;
    std::uint64_t m_sentBytes = 0;
    ProcessEnd m_end;
    OomKills m_oomKillsBefore;
    QByteArray m_lastOutput;
    std::unique_ptr<ChildProcess> m_process; ///< null before start()
};

} // namespace poolscope
