// SPDX-License-Identifier: GPL-3.0-or-later
// Conversation: what the pool and one process of a worker say to each other, from Hello to goodbye.
//
// It takes the worker's frames apart, holds it to the protocol, and tells scheduler and event sink
// what they say. Who is started, fed, replaced and ended is its owner's business. A worker that
// does not keep to the protocol is killed, and nothing of what it says is heard any more.
#pragma once

#include "events/eventsink.h"
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

class Conversation {
public:
    /// What all conversations of a pool share; outlives them.
    struct Surroundings {
        const RunClock &clock;
        Scheduler &scheduler;
        EventSink &events;
    };

    /// `setup` is sent to the worker when it has said hello. The process outlives this.
    Conversation(const Surroundings &surroundings, WorkerProcess &process, wire::Setup setup);

    /// What its owner has to know of the frames that were taken.
    struct News {
        bool isReady = false; ///< for the first time; the scheduler does not know it yet
        bool putBack = false; ///< an index waits to be handed out again
        bool hasStopped = false; ///< at a failure, until it is sent a Continue
        std::optional<Failure> refusal; ///< why the task cannot be set up
        std::optional<std::string> wrongValues; ///< why sent values may belong to other inputs
    };
    /// Takes the frames that have come by `time`.
    News takeFrames(std::uint64_t time);
    /// Its process wrote to its standard error.
    void wroteToStandardError(const QByteArray &text);

    /// A chunk was sent to it.
    void chunkSent(const IndexRange &chunk, std::uint64_t time);
    void sendGoodbye();
    void sendContinue();

    /// Asks the worker to return what it has not begun. Where it cannot be asked, the scheduler
    /// learns that it keeps its chunks.
    void requestInputs(std::uint64_t time);
    /// Takes what the worker cannot begin any more, if it was asked so long ago that what it saw of
    /// that is certain, and has not answered yet. Whether there was anything.
    bool reclaimInputs(std::uint64_t time);
    /// Whether the worker was asked, and neither has answered nor was reclaimed from.
    bool isAskedForInputs() const { return m_askedAt > 0; }

    bool hasSaidGoodbye() const { return m_saidGoodbye; }
    bool hasAnswered() const { return m_hasAnswered; }
    bool isOnChunk() const { return !m_inFlight.empty(); }
    /// How it broke the protocol; empty while it keeps to it.
    const std::string &broken() const { return m_broken; }
    /// The cost of loading the task. All zero until the worker is ready.
    const wire::LoadCost &loading() const { return m_loading; }
    /// When it was last heard of.
    std::uint64_t lastFrames() const { return m_framesTime; }

private:
    struct InFlight {
        std::uint64_t rest = 0;
        bool goesBack = false; ///< to inputs before those of the chunk that was sent before
        ChunkTimes chunkTimes;
    };

    /// For each input of an answer that failed, in order: its attempts if it is settled by this,
    /// nothing if it will be tried again.
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
    void batchReportCame(const wire::BatchReport &message);
    void printed(const wire::Printed &message);
    void reportedWrongValues(const wire::WrongValues &message);
    void returned(const wire::Returned &message);
    std::uint64_t reclaimFrom(std::uint64_t position);
    void malformed(const std::string &what);

    const RunClock &m_clock;
    Scheduler &m_scheduler;
    EventSink &m_events;
    WorkerProcess &m_process;
    wire::Setup m_setup;
    WorkerId m_worker;
    News m_news; ///< of the frames that are being taken
    wire::LoadCost m_loading;
    bool m_ready = false;
    bool m_saidGoodbye = false;
    bool m_hasAnswered = false;
    std::string m_broken;
    std::deque<InFlight> m_inFlight;
    std::vector<OutcomeView> m_outcomes; ///< of the Done message that is being handled
    std::vector<ChunkTimes> m_answered; ///< chunks whose BatchReport is still to come
    std::uint64_t m_lastEnded = 0;
    std::uint64_t m_framesTime = 0;
    std::uint64_t m_clockRead = 0; ///< a reading of RunClock::monotonic()
    std::uint64_t m_askedAt =
        0; ///< when it was asked for inputs; 0: it is not, or is reclaimed from
    std::uint64_t m_endOfSent = 0; ///< one past the last index of the chunk that was sent last
    std::optional<std::uint64_t> m_endOfAnswered; ///< one past the index that was answered last
    std::optional<std::uint64_t> m_firstUnread; ///< the same when its standard error was last read
};

} // namespace poolscope
