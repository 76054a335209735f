// SPDX-License-Identifier: GPL-3.0-or-later
// TaskLoader: the process that loads a Python task once, and forks workers that are copies of it.
//
// Copies can be requested at once, and start when the task is loaded. If the process cannot fork,
// or dies, the copies that it has not made fail to start, and copies that run continue. The owner
// then starts new interpreters, and calls end() once no copy runs any more. Lives on one thread
// with an event loop.
#pragma once

#include "pool/executedprocess.h"
#include "system/descriptor.h"
#include "wire/codec.h"
#include "wire/messages.h"
#include "wire/workerid.h"

#include <QObject>
#include <QSocketNotifier>
#include <deque>
#include <memory>
#include <string>

namespace poolscope {

class TaskLoader : public QObject {
    Q_OBJECT

public:
    /// `setup` names the task to load.
    TaskLoader(const WorkerProgram &program, const rlimit &descriptors, const wire::Setup &setup,
        QObject *parent = nullptr);
    ~TaskLoader() override;

    tl::expected<void, ChildProcess::NoRoom> start();
    /// Whether copies can be made, as far as is known.
    bool canFork() const { return m_state == State::Loading || m_state == State::Loaded; }
    /// The cost of loading the task, once it is loaded.
    const wire::LoadCost &cost() const { return m_cost; }
    bool isRunning() const { return m_process.isRunning(); }
    pid_t keeper() const { return m_process.keeper(); }

    /// The descriptors of a copy's process.
    struct Request {
        WorkerId worker = noWorker;
        Descriptor channel;
        Descriptor output; ///< for its output
        Descriptor lifeline; ///< see wire/lifeline.h
    };
    /// Requests a copy, which is made once the task is loaded. Closes the descriptors if none can
    /// be made.
    void fork(Request request);
    /// Drops a request that has not been sent yet. Returns whether there was one.
    bool drop(WorkerId worker);

    /// Ends the process: at once if it can make no more copies, otherwise as a worker is ended.
    void end();
    void kill();

signals:
    void loaded(const poolscope::wire::Loaded &loaded);
    /// The task cannot be loaded.
    void refused(const poolscope::Failure &reason);
    /// No copy can be made any more, for a reason in one line.
    void unusable(const std::string &reason);
    void wroteToStandardError(const QByteArray &text);
    void ended();

private:
    enum class State : std::uint8_t { Loading, Loaded, Unusable, Ending };

    void takeMessage();
    void takeFrame(const wire::Frame &frame);
    void processEnded();
    void abandon(const std::string &reason);
    void endKeeper();
    void sendRequest(const Request &request);

    ExecutedProcess m_process;
    wire::LoadCost m_cost;
    std::string m_setup; ///< as a frame
    Descriptor m_socket;
    std::unique_ptr<QSocketNotifier> m_notifier;
    wire::FrameDecoder m_decoder{wire::Direction::ToPool};
    std::deque<Request> m_waiting; ///< for the task to be loaded
    bool m_hasForked = false;
    State m_state = State::Loading;
};

} // namespace poolscope
