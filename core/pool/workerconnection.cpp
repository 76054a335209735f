// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workerconnection.h"
#include "wire/outcomecodec.h"

#include <algorithm>
#include <utility>

namespace poolscope {

WorkerConnection::WorkerConnection(
    const Context &context, WorkerProcess &process, CostMeter &cost, wire::Setup setup)
    : m_clock(context.clock)
    , m_scheduler(context.scheduler)
    , m_events(context.events)
    , m_process(process)
    , m_cost(cost)
    , m_setup(std::move(setup))
    , m_worker(m_setup.worker)
{
}

WorkerConnection::Received WorkerConnection::takeFrames(std::uint64_t time)
{
    m_framesTime = time;
    while (m_broken.empty()) {
        const auto frame = m_process.nextFrame();
        if (!frame)
            break;
        handle(*frame);
    }
    if (!m_process.streamError().empty())
        malformed(m_process.streamError());
    return std::exchange(m_received, {});
}

void WorkerConnection::handle(const wire::Frame &frame)
{
    const auto take = [&](auto message, auto action) {
        if (message)
            (this->*action)(*message);
        else
            malformed(message.error().message);
    };
    switch (frame.type) {
    case wire::MessageType::Hello:
        take(wire::decodeHello(frame.body), &WorkerConnection::greeted);
        break;
    case wire::MessageType::Ready:
        take(wire::decodeReady(frame.body), &WorkerConnection::becameReady);
        break;
    case wire::MessageType::Refused:
        take(wire::decodeRefused(frame.body), &WorkerConnection::refused);
        break;
    case wire::MessageType::Done:
        take(wire::decodeDone(frame.body), &WorkerConnection::done);
        break;
    case wire::MessageType::BatchReport:
        take(wire::decodeBatchReport(frame.body), &WorkerConnection::batchReportArrived);
        break;
    case wire::MessageType::Printed:
        take(wire::decodePrinted(frame.body), &WorkerConnection::printed);
        break;
    case wire::MessageType::WrongValues:
        take(wire::decodeWrongValues(frame.body), &WorkerConnection::reportedWrongValues);
        break;
    case wire::MessageType::Returned:
        take(wire::decodeReturned(frame.body), &WorkerConnection::returned);
        break;
    case wire::MessageType::WorkerGoodbye:
        m_saidGoodbye = true;
        break;
    default:
        break; // the decoder refuses all other types
    }
}

void WorkerConnection::greeted(const wire::Hello &hello)
{
    m_events.take(event::WorkerIntroduced{m_worker, {hello.pid, hello.host, hello.runtime}});
    std::string setup;
    wire::encode(setup, m_setup);
    m_process.send(setup);
}

void WorkerConnection::becameReady(const wire::Ready &ready)
{
    m_loading = ready.loading;
    m_received.isReady = !std::exchange(m_ready, true);
}

void WorkerConnection::refused(const wire::Refused &refusal)
{
    m_received.refusal = refusal.reason;
}

void WorkerConnection::done(const wire::Done &message)
{
    const IndexRange indices{message.first, message.count};
    if (m_inFlight.empty() || message.count > m_inFlight.front().rest) {
        malformed("it answered inputs that it was not given");
        return;
    }
    if (!isPast(message) || !decodeOutcomes(message)) {
        malformed("an answer is malformed");
        return;
    }
    if (!m_scheduler.answered(m_worker, indices, std::chrono::nanoseconds(message.duration))) {
        malformed("it answered inputs that it was not given");
        return;
    }
    const Span span{m_clock.at(message.begun), message.duration, message.first, message.count};
    noteAnswer(span);
    if (message.store == wire::Store::Inline) {
        const Failures failures = failuresFrom(message.first);
        m_events.take(event::SpanDone{m_worker, span});
        reportOutcomes(message.first, failures);
        return;
    }
    m_events.take(event::SpanDone{m_worker, span});
    m_events.take(event::NumbersDone{indices,
        message.store == wire::Store::ColumnReal ? OutcomeKind::Real : OutcomeKind::Integer,
        m_framesTime});
}

/// Returns false if the message does not contain an outcome for each of its inputs.
bool WorkerConnection::decodeOutcomes(const wire::Done &message)
{
    m_outcomes.clear();
    if (message.store != wire::Store::Inline)
        return true;
    wire::FieldReader values(message.values);
    for (std::uint32_t i = 0; i < message.count; ++i) {
        const auto outcome = wire::decodeOutcome(values);
        if (!outcome)
            return false;
        m_outcomes.push_back(*outcome);
    }
    return values.atEnd();
}

/// Whether the span ended before now. The clock is read only if the last reading does not suffice.
bool WorkerConnection::isPast(const wire::Done &message)
{
    const auto isBeforeReading = [&] {
        return message.begun <= m_clockRead && message.duration <= m_clockRead - message.begun;
    };
    if (isBeforeReading())
        return true;
    m_clockRead = RunClock::monotonic();
    return isBeforeReading();
}

void WorkerConnection::noteAnswer(const Span &span)
{
    InFlight &chunk = m_inFlight.front();
    if (chunk.chunkTimes.spans++ == 0) {
        chunk.chunkTimes.begun = span.begin;
        const std::uint64_t idleSince = std::max(m_lastEnded, chunk.chunkTimes.sent);
        if (m_lastEnded > 0 && span.begin > idleSince)
            m_scheduler.measuredDispatchCosts(std::chrono::nanoseconds(span.begin - idleSince));
    }
    chunk.chunkTimes.ended = m_lastEnded = span.begin + span.duration;
    chunk.rest -= span.count;
    m_endOfAnswered = span.first + span.count;
    if (chunk.rest == 0) {
        if (chunk.goesBack)
            m_firstUnread.reset();
        m_answered.push_back(chunk.chunkTimes);
        m_inFlight.pop_front();
    }
    m_hasAnswered = true;
}

/// Reports the attempts that will be repeated, since the event sink receives them before their
/// span.
WorkerConnection::Failures WorkerConnection::failuresFrom(std::uint64_t first)
{
    Failures failures;
    for (std::size_t i = 0; i < m_outcomes.size(); ++i) {
        if (m_outcomes[i].kind != OutcomeKind::Failure)
            continue;
        m_received.hasStopped = m_setup.stopsAtFailure;
        failures.push_back(m_scheduler.failed(first + i));
        if (failures.back())
            continue;
        m_events.take(event::AttemptFailed{first + i, m_worker, m_framesTime});
        m_received.putBack = true;
    }
    return failures;
}

void WorkerConnection::reportOutcomes(std::uint64_t first, const Failures &failures)
{
    auto failure = failures.begin();
    for (std::size_t i = 0; i < m_outcomes.size(); ++i) {
        OutcomeView &outcome = m_outcomes[i];
        if (outcome.kind == OutcomeKind::Failure) {
            const auto attempts = *failure++;
            if (!attempts)
                continue;
            outcome.failure.context = {*attempts, m_worker};
        }
        m_events.take(event::OutcomeDone{first + i, outcome, m_worker, m_framesTime});
    }
}

void WorkerConnection::batchReportArrived(const wire::BatchReport &message)
{
    for (ChunkTimes &chunk : m_answered) {
        // The message has only the time at which the last of several chunks was received.
        chunk.received = std::min(m_clock.at(message.received), chunk.begun);
        chunk.answered = m_clock.at(message.answered);
        chunk.decoded = m_framesTime;
        m_events.take(event::ChunkDone{m_worker, chunk});
    }
    m_answered.clear();
    m_cost.used({message.cpu, message.runQueue, message.maxRss, message.decoding});
    m_events.take(event::WorkerCostSeen{m_worker, m_cost.total()});
}

void WorkerConnection::printed(const wire::Printed &message)
{
    m_process.keepOutput({message.text.data(), static_cast<qsizetype>(message.text.size())});
    const auto source = message.stream == wire::Stream::Output ? Output::Source::TaskOutput
                                                               : Output::Source::TaskError;
    m_events.take(
        event::WorkerPrinted{m_worker, {source, {message.index, 1}, message.text}, m_framesTime});
}

void WorkerConnection::reportedWrongValues(const wire::WrongValues &message)
{
    m_received.wrongValues = message.reason;
}

/// The text was printed since standard error was last read, by an input from the first that was not
/// answered then to the one that runs now. If inputs are sent out of order, that range is unknown.
void WorkerConnection::wroteToStandardError(const QByteArray &text)
{
    const auto first = std::exchange(m_firstUnread, m_endOfAnswered);
    const IndexRange now = m_process.running().current();
    const bool goesBack = std::ranges::any_of(m_inFlight, &InFlight::goesBack);
    IndexRange running;
    if (first && now.count > 0 && *first <= now.first && !goesBack)
        running = {*first, now.end() - *first};
    m_events.take(event::WorkerPrinted{m_worker,
        {Output::Source::Process, running,
            {text.constData(), static_cast<std::size_t>(text.size())}},
        m_clock.now()});
}

void WorkerConnection::chunkSent(const IndexRange &chunk, std::uint64_t time)
{
    InFlight &inFlight = m_inFlight.emplace_back();
    inFlight.rest = chunk.count;
    inFlight.goesBack = chunk.first < std::exchange(m_endOfSent, chunk.end());
    inFlight.chunkTimes.sent = time;
}

void WorkerConnection::sendGoodbye()
{
    std::string goodbye;
    wire::encode(goodbye, wire::PoolGoodbye{});
    m_process.send(goodbye);
}

void WorkerConnection::sendContinue()
{
    std::string message;
    wire::encode(message, wire::Continue{});
    m_process.send(message);
}

void WorkerConnection::requestInputs(std::uint64_t time)
{
    StatusPage &page = m_process.statusPage();
    if (!page.inUse()) {
        m_scheduler.setKeepsChunks(m_worker);
        return;
    }
    m_scheduler.reclaimAsked(m_worker);
    page.requestReturn(m_scheduler.sentTo(m_worker));
    m_askedAt = time;
}

/// A worker publishes an iteration before it reads a request. An iteration that began without the
/// request is therefore on the status page within some microseconds.
bool WorkerConnection::reclaimInputs(std::uint64_t time)
{
    constexpr std::uint64_t certain = 500'000; // nanoseconds
    if (m_askedAt == 0 || time - m_askedAt < certain)
        return false;
    StatusPage &page = m_process.statusPage();
    if (!page.isBatchToEnd()) {
        // The worker began a batch during the request and wrote to the page after it.
        page.endBatch();
        m_askedAt = time;
        return false;
    }
    m_askedAt = 0;
    return reclaimFrom(m_process.running().firstNotBegun()) > 0;
}

void WorkerConnection::returned(const wire::Returned &message)
{
    m_askedAt = 0;
    m_received.putBack |= reclaimFrom(message.position) > 0;
    m_scheduler.reclaimAnswered(m_worker);
}

/// Removes inputs from the chunks that were sent last, and returns their number.
std::uint64_t WorkerConnection::reclaimFrom(std::uint64_t position)
{
    const std::uint64_t count = m_scheduler.reclaim(m_worker, position);
    for (std::uint64_t left = count; left > 0;) {
        InFlight &last = m_inFlight.back();
        const std::uint64_t cut = std::min(left, last.rest);
        last.rest -= cut;
        left -= cut;
        if (last.rest > 0)
            break;
        if (last.chunkTimes.spans > 0)
            m_answered.push_back(last.chunkTimes);
        m_inFlight.pop_back();
    }
    return count;
}

void WorkerConnection::malformed(const std::string &what)
{
    if (!m_broken.empty())
        return;
    m_broken = "it broke the protocol: " + what;
    m_process.kill();
}

} // namespace poolscope
