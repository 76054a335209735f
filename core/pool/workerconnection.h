// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerConnection: the pool's side of the protocol with one worker process, from Hello to Goodbye.
//
// A connection decodes and checks the worker's frames, and reports their content to scheduler and
// event sink. A worker that breaks the protocol is killed, and its further frames are ignored. The
// owner starts, feeds, replaces and ends workers.
#pragma once

#include "events/event.h"
#include "pool/costmeter.h"
#include "pool/workerprocess.h"
#include "schedule/scheduler.h"
#include "system/runclock.h"
#include "wire/messages.h"

#include <QByteArray>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

class WorkerConnection {
public:
    /// Shared by the connections of a pool, which it outlives.
    struct Context {
        const RunClock &clock;
        Scheduler &scheduler;
        EventSink &events;
    };

    /// Sends `setup` to the worker after its Hello. The process and its meter outlive the
    /// connection.
    WorkerConnection(
        const Context &context, WorkerProcess &process, CostMeter &cost, wire::Setup setup);

    /// The content of frames that the owner acts on.
    struct Received {
        bool isReady = false; ///< the worker became ready, and is not in the scheduler yet
        bool putBack = false; ///< an index waits to be sent again
        bool hasStopped = false; ///< the worker stopped at a failure and waits for a Continue
        std::optional<Failure> refusal; ///< why the task cannot be set up
        std::optional<std::string> wrongValues; ///< why sent values may belong to other inputs
    };
    /// Handles the frames that arrived until `time`.
    Received takeFrames(std::uint64_t time);
    /// Reports text that the process wrote to its standard error.
    void wroteToStandardError(const QByteArray &text);

    /// Records that a chunk was sent to the worker.
    void chunkSent(const IndexRange &chunk, std::uint64_t time);
    void sendGoodbye();
    void sendContinue();

    /// Asks the worker to return the inputs that it has not begun. A worker without a status page
    /// cannot be asked, and is reported to the scheduler as such.
    void requestInputs(std::uint64_t time);
    /// Reclaims the inputs that the worker cannot begin any more, if the request is not answered
    /// and old enough that the worker must have seen it. Returns whether there were any.
    bool reclaimInputs(std::uint64_t time);
    /// Whether a request for inputs is neither answered nor reclaimed.
    bool isAskedForInputs() const { return m_askedAt > 0; }

    bool hasSaidGoodbye() const { return m_saidGoodbye; }
    bool hasAnswered() const { return m_hasAnswered; }
    bool isOnChunk() const { return !m_inFlight.empty(); }
    /// The worker's breach of the protocol, in one line. Empty if there is none.
    const std::string &broken() const { return m_broken; }
    /// The cost of loading the task. All zero until the worker is ready.
    const wire::LoadCost &loading() const { return m_loading; }
    /// The time of the last call of takeFrames().
    std::uint64_t lastFrames() const { return m_framesTime; }

private:
    struct InFlight {
        std::uint64_t rest = 0;
        bool goesBack = false; ///< has lower indices than the chunk that was sent before
        ChunkTimes chunkTimes;
    };

    /// The failed inputs of an answer, in order: the number of attempts if the failure is final,
    /// nothing if the input will be tried again.
    using Failures = std::vector<std::optional<std::uint32_t>>;

    void handle(const wire::Frame &frame);
    void greeted(const wire::Hello &hello);
    void becameReady(const wire::Ready &ready);
    void refused(const wire::Refused &refusal);
    void done(const wire::Done &message);
    bool isPast(const wire::Done &message);
    void noteAnswer(const Span &span);
    bool decodeOutcomes(const wire::Done &message);
    Failures failuresFrom(std::uint64_t first);
    void reportOutcomes(std::uint64_t first, const Failures &failures);
    void batchReportArrived(const wire::BatchReport &message);
    void printed(const wire::Printed &message);
    void reportedWrongValues(const wire::WrongValues &message);
    void returned(const wire::Returned &message);
    std::uint64_t reclaimFrom(std::uint64_t position);
    void malformed(const std::string &what);

    const RunClock &m_clock;
    Scheduler &m_scheduler;
    EventSink &m_events;
    WorkerProcess &m_process;
    CostMeter &m_cost;
    wire::Setup m_setup;
    WorkerId m_worker;
    Received m_received; ///< of the frames that are being taken
    wire::LoadCost m_loading;
    bool m_ready = false;
    bool m_saidGoodbye = false;
    bool m_hasAnswered = false;
    std::string m_broken;
    std::deque<InFlight> m_inFlight;
    std::vector<OutcomeView> m_outcomes; ///< of the Done message that is being handled
    std::vector<ChunkTimes> m_answered; ///< chunks whose BatchReport has not arrived
    std::uint64_t m_lastEnded = 0;
    std::uint64_t m_framesTime = 0;
    std::uint64_t m_clockRead = 0; ///< a reading of RunClock::monotonic()
    std::uint64_t m_askedAt = 0; ///< time of the open request for inputs. 0 if there is none
    std::uint64_t m_endOfSent = 0; ///< one past the last index of the chunk that was sent last
    std::optional<std::uint64_t> m_endOfAnswered; ///< one past the index that was answered last
    std::optional<std::uint64_t> m_firstUnread; ///< m_endOfAnswered when stderr was last read
};

} // namespace poolscope
