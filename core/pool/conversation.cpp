// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/conversation.h"

#include <algorithm>
#include <utility>

namespace poolscope {

Conversation::Conversation(
    const Surroundings &surroundings, WorkerProcess &process, wire::Setup setup)
    : m_clock(surroundings.clock)
    , m_scheduler(surroundings.scheduler)
    , m_events(surroundings.events)
    , m_process(process)
    , m_setup(std::move(setup))
    , m_worker(m_setup.worker)
{
}

Conversation::News Conversation::takeFrames(std::uint64_t time)
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
    return std::exchange(m_news, {});
}

void Conversation::handle(const wire::Frame &frame)
{
    const auto take = [&](auto message, auto action) {
        if (message)
            (this->*action)(*message);
        else
            malformed(message.error().message);
    };
    switch (frame.type) {
    case wire::MessageType::Hello:
        take(wire::decodeHello(frame.body), &Conversation::greeted);
        break;
    case wire::MessageType::Ready:
        take(wire::decodeReady(frame.body), &Conversation::becameReady);
        break;
    case wire::MessageType::Refused:
        take(wire::decodeRefused(frame.body), &Conversation::refused);
        break;
    case wire::MessageType::Done:
        take(wire::decodeDone(frame.body), &Conversation::done);
        break;
    case wire::MessageType::BatchReport:
        take(wire::decodeBatchReport(frame.body), &Conversation::batchReportCame);
        break;
    case wire::MessageType::Printed:
        take(wire::decodePrinted(frame.body), &Conversation::printed);
        break;
    case wire::MessageType::WrongValues:
        take(wire::decodeWrongValues(frame.body), &Conversation::reportedWrongValues);
        break;
    case wire::MessageType::Returned:
        take(wire::decodeReturned(frame.body), &Conversation::returned);
        break;
    case wire::MessageType::WorkerGoodbye:
        m_saidGoodbye = true;
        break;
    default:
        break; // the decoder lets nothing else through
    }
}

void Conversation::greeted(const wire::Hello &hello)
{
    m_events.workerIntroduced(m_worker, {hello.pid, hello.host, hello.runtime});
    std::string setup;
    wire::encode(setup, m_setup);
    m_process.send(setup);
}

void Conversation::becameReady(const wire::Ready &ready)
{
    m_loading = ready.loading;
    m_news.isReady = !std::exchange(m_ready, true);
}

void Conversation::refused(const wire::Refused &refusal)
{
    m_news.refusal = refusal.reason;
}

void Conversation::done(const wire::Done &message)
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
        m_events.spanDone(m_worker, span);
        reportOutcomes(message.first, failures);
        return;
    }
    m_events.spanDone(m_worker, span);
    m_events.numbersDone(indices,
        message.store == wire::Store::ColumnReal ? OutcomeKind::Real : OutcomeKind::Integer,
        m_framesTime);
}

/// False if the message does not hold an outcome for each of its inputs.
bool Conversation::decodeOutcomes(const wire::Done &message)
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

/// Reads the clock only where an earlier reading does not tell.
bool Conversation::isPast(const wire::Done &message)
{
    const auto isBeforeReading = [&] {
        return message.begun <= m_clockRead && message.duration <= m_clockRead - message.begun;
    };
    if (isBeforeReading())
        return true;
    m_clockRead = RunClock::monotonic();
    return isBeforeReading();
}

void Conversation::noteAnswer(const Span &span)
{
    InFlight &chunk = m_inFlight.front();
    if (chunk.chunkTimes.spans++ == 0) {
        chunk.chunkTimes.begun = span.begin;
        const std::uint64_t idleSince = std::max(m_lastEnded, chunk.chunkTimes.sent);
        if (m_lastEnded > 0 && span.begin > idleSince)
            m_scheduler.measuredHandover(std::chrono::nanoseconds(span.begin - idleSince));
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
Conversation::Failures Conversation::failuresFrom(std::uint64_t first)
{
    Failures failures;
    for (std::size_t i = 0; i < m_outcomes.size(); ++i) {
        if (m_outcomes[i].kind != OutcomeKind::Failure)
            continue;
        m_news.hasStopped = m_setup.stopsAtFailure;
        failures.push_back(m_scheduler.failed(first + i));
        if (failures.back())
            continue;
        m_events.attemptFailed(first + i, m_worker, m_framesTime);
        m_news.putBack = true;
    }
    return failures;
}

void Conversation::reportOutcomes(std::uint64_t first, const Failures &failures)
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
        m_events.outcomeDone(first + i, outcome, m_worker, m_framesTime);
    }
}

void Conversation::batchReportCame(const wire::BatchReport &message)
{
    for (ChunkTimes &chunk : m_answered) {
        // The message tells only when the last of several chunks was received.
        chunk.received = std::min(m_clock.at(message.received), chunk.begun);
        chunk.answered = m_clock.at(message.answered);
        chunk.decoded = m_framesTime;
        m_events.chunkDone(m_worker, chunk);
    }
    m_answered.clear();
    m_events.workerUsed(
        m_worker, {message.cpu, message.runQueue, message.maxRss, message.decoding});
}

void Conversation::printed(const wire::Printed &message)
{
    m_process.keepOutput({message.text.data(), static_cast<qsizetype>(message.text.size())});
    const auto source = message.stream == wire::Stream::Output ? Output::Source::TaskOutput
                                                               : Output::Source::TaskError;
    m_events.workerPrinted(m_worker, {source, {message.index, 1}, message.text}, m_framesTime);
}

void Conversation::reportedWrongValues(const wire::WrongValues &message)
{
    m_news.wrongValues = message.reason;
}

/// It was printed since the last output was read: by an input that had not been answered by then,
/// up to what runs now. Where inputs do not come in order, that is not what lies between.
void Conversation::wroteToStandardError(const QByteArray &text)
{
    const auto first = std::exchange(m_firstUnread, m_endOfAnswered);
    const IndexRange now = m_process.running().current();
    const bool goesBack = std::ranges::any_of(m_inFlight, &InFlight::goesBack);
    IndexRange running;
    if (first && now.count > 0 && *first <= now.first && !goesBack)
        running = {*first, now.end() - *first};
    m_events.workerPrinted(m_worker,
        {Output::Source::Process, running,
            {text.constData(), static_cast<std::size_t>(text.size())}},
        m_clock.now());
}

void Conversation::chunkSent(const IndexRange &chunk, std::uint64_t time)
{
    InFlight &inFlight = m_inFlight.emplace_back();
    inFlight.rest = chunk.count;
    inFlight.goesBack = chunk.first < std::exchange(m_endOfSent, chunk.end());
    inFlight.chunkTimes.sent = time;
}

void Conversation::sendGoodbye()
{
    std::string goodbye;
    wire::encode(goodbye, wire::PoolGoodbye{});
    m_process.send(goodbye);
}

void Conversation::sendContinue()
{
    std::string message;
    wire::encode(message, wire::Continue{});
    m_process.send(message);
}

void Conversation::requestInputs(std::uint64_t time)
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

/// A worker that did not see the request before it began an iteration had published that before:
/// it is on the status page once the worker's core has written it out, which takes no longer than
/// some microseconds.
bool Conversation::reclaimInputs(std::uint64_t time)
{
    constexpr std::uint64_t certain = 500'000; // nanoseconds
    if (m_askedAt == 0 || time - m_askedAt < certain)
        return false;
    StatusPage &page = m_process.statusPage();
    if (!page.isBatchToEnd()) {
        // It began a batch while it was asked, and the write that this took came later.
        page.endBatch();
        m_askedAt = time;
        return false;
    }
    m_askedAt = 0;
    return reclaimFrom(m_process.running().firstNotBegun()) > 0;
}

void Conversation::returned(const wire::Returned &message)
{
    m_askedAt = 0;
    m_news.putBack |= reclaimFrom(message.position) > 0;
    m_scheduler.reclaimAnswered(m_worker);
}

/// Returns how many inputs these are, and leaves them out of the chunks that were sent last.
std::uint64_t Conversation::reclaimFrom(std::uint64_t position)
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

void Conversation::malformed(const std::string &what)
{
    if (!m_broken.empty())
        return;
    m_broken = "it broke the protocol: " + what;
    m_process.kill();
}

} // namespace poolscope
