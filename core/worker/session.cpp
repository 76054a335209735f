// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/session.h"

#include "system/machine.h"
#include "wire/statuspage.h"
#include "worker/clock.h"

#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t flushInterval = 5'000'000; // nanoseconds
constexpr std::uint64_t pollInterval = 1'000'000;
constexpr std::uint64_t spinTime = 100'000;
constexpr std::size_t socketReadSize = 64 * 1024;
constexpr std::size_t printedPiece = 64 * 1024;

} // namespace

int Session::run()
{
    if (!greet())
        return exitStatus();
    const auto setup = readSetup();
    if (!setup)
        return exitStatus();
    const auto runner = setUp(*setup);
    if (!runner)
        return exitStatus();
    workUntilEnd(*runner);
    if (m_end == End::Goodbye) {
        runner->end();
        reportWrongValues(*runner);
        flush(now());
        m_frame.clear();
        wire::encode(m_frame, wire::WorkerGoodbye{});
        m_sendBuffer.add(m_frame);
        m_sendBuffer.flush();
    }
    return exitStatus();
}

bool Session::greet()
{
    wire::Hello hello;
    hello.pid = static_cast<std::uint32_t>(getpid());
    hello.host = hostName();
    hello.runtime = "C++";
    hello.clock = now();
    wire::encode(m_frame, hello);
    m_sendBuffer.add(m_frame);
    if (!m_sendBuffer.flush())
        m_end = End::PoolGone;
    return m_end == End::None;
}

std::optional<wire::Setup> Session::readSetup()
{
    std::optional<wire::Frame> frame;
    while (!(frame = m_decoder.next())) {
        if (!m_decoder.error().empty() || !readMore())
            break;
    }
    if (!frame || frame->type != wire::MessageType::Setup) {
        if (m_end == End::None)
            m_end = frame && frame->type == wire::MessageType::PoolGoodbye ? End::Goodbye
                                                                           : End::Malformed;
        return std::nullopt;
    }
    const auto setup = wire::decodeSetup(frame->body);
    if (!setup) {
        std::fprintf(stderr, "poolscope-worker: %s\n", setup.error().message.c_str());
        m_end = End::Malformed;
        return std::nullopt;
    }
    return *setup;
}

std::unique_ptr<TaskRunner> Session::setUp(const wire::Setup &setup)
{
    if (!setup.statusPagePath.empty()) {
        if (SharedMapping page(setup.statusPagePath, wire::statusPageSize); page.data())
            m_sendBuffer.useStatusPage(std::move(page));
    }
    m_items = setup.input != wire::InputKind::Range;
    m_stopsAtFailure = setup.stopsAtFailure;
    m_foreignCode = foreignCodeOf(setup.task);
    auto runner = makeTaskRunner(
        setup, [this](std::uint64_t index, std::string_view text) { printed(index, text); });
    m_frame.clear();
    if (runner)
        wire::encode(m_frame, wire::Ready{now()});
    else
        wire::encode(m_frame, wire::Refused{{"setup", "", runner.error().message, ""}});
    m_sendBuffer.add(m_frame);
    if (hasLostChannel() || !m_sendBuffer.flush())
        m_end = End::PoolGone;
    return runner ? std::move(*runner) : nullptr;
}

void Session::workUntilEnd(TaskRunner &runner)
{
    takeFrames();
    while (m_end == End::None) {
        if (m_chunks.empty()) {
            flush(now());
            if (m_end == End::None && readMore())
                takeFrames();
            continue;
        }
        const Chunk chunk = std::move(m_chunks.front());
        m_chunks.pop_front();
        if (chunk.position >= m_returnedBelow)
            runChunk(runner, chunk);
    }
}

void Session::runChunk(TaskRunner &runner, const Chunk &chunk)
{
    wire::FieldReader items(chunk.items);
    Batch rest{chunk.first, chunk.count};
    IterationGate gate = m_sendBuffer.gate();
    if (m_stopsAtFailure)
        gate.closeAtFailure(m_hasFailed);
    while (rest.count > 0 && m_end != End::PoolGone) {
        const std::uint64_t begun = now();
        const std::uint64_t position = chunk.position + chunk.count - rest.count;
        const Batch batch{rest.first, std::min(rest.count, runner.batchSize(m_sizer.next()))};
        m_sendBuffer.beginBatch({.first = batch.first,
            .count = batch.count,
            .endPosition = position + batch.count,
            .begun = begun});
        if (const auto end = m_sendBuffer.newRequest()) {
            m_returnedBelow = *end;
            returnInputs(position);
            if (position < m_returnedBelow)
                return;
            continue;
        }
        wire::Done done = runner.run(batch, items, gate);
        const std::uint64_t ended = now();
        if (hasLostChannel()) {
            m_sendBuffer.suspectWholeBatch();
            m_end = End::PoolGone;
            return;
        }
        if (done.count == 0)
            continue;
        done.begun = begun;
        done.duration = ended - begun;
        m_sizer.measured(done);
        reportWrongValues(runner);
        m_frame.clear();
        wire::encode(m_frame, done);
        m_sendBuffer.add(m_frame);
        m_sendBuffer.endBatch();
        rest = {rest.first + done.count, rest.count - done.count};
        if (m_hasFailed)
            awaitContinue();
        if (m_end != End::None)
            return;
        if (ended - m_flushed > flushInterval)
            flush(ended);
        if (rest.count == 0 && ended - m_polled > pollInterval)
            readPending(ended);
    }
}

/// Waits for a Continue message, since the failure that was added last may end the run.
void Session::awaitContinue()
{
    flush(now());
    while (m_end == End::None && !m_mayContinue && readMore())
        takeFrames();
    m_hasFailed = m_mayContinue = false;
}

bool Session::isChannelIntact() const
{
    return m_input.isIntact() && m_sendBuffer.isChannelIntact();
}

/// Returns the inputs from the position on, which were not begun, to the pool.
void Session::returnInputs(std::uint64_t position)
{
    m_sendBuffer.endBatch();
    m_frame.clear();
    wire::encode(m_frame, wire::Returned{position});
    m_sendBuffer.add(m_frame);
    flush(now());
}

/// Adds text that the task printed. The pool reads it on the status page before the iteration ends.
void Session::printed(std::uint64_t index, std::string_view text)
{
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, printedPiece);
        text.remove_prefix(piece.size());
        m_frame.clear();
        wire::encode(m_frame, wire::Printed{index, wire::Stream::Error, piece});
        m_sendBuffer.add(m_frame);
    }
}

void Session::reportWrongValues(const TaskRunner &runner)
{
    const auto reason = runner.wrongValues();
    if (!reason)
        return;
    m_frame.clear();
    wire::encode(m_frame, wire::WrongValues{*reason});
    m_sendBuffer.add(m_frame);
}

/// Waits for bytes. Returns false if the pool has ended.
bool Session::readMore()
{
    awaitBriefly();
    ssize_t got = 0;
    do {
        got = read(m_input.number(), m_decoder.prepare(socketReadSize), socketReadSize);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        m_end = End::PoolGone;
        return false;
    }
    m_decoder.commit(static_cast<std::size_t>(got));
    m_receivedBytes += static_cast<std::uint64_t>(got);
    m_received = now();
    m_polled = m_received;
    return true;
}

/// Watches the status page for a moment before the process sleeps in a read. If the pool sends each
/// chunk after the answer to the one before, it arrives within microseconds, and waking a sleeping
/// process takes tens of them. Other processes may use the core meanwhile.
void Session::awaitBriefly() const
{
    const std::uint64_t end = now() + spinTime;
    while (m_sendBuffer.sentByPool() <= m_receivedBytes && now() < end)
        sched_yield();
}

/// Reads frames that have arrived, so that a Goodbye takes effect before the next chunk begins.
void Session::readPending(std::uint64_t now)
{
    m_polled = now;
    pollfd channel{m_input.number(), POLLIN, 0};
    if (poll(&channel, 1, 0) == 1 && readMore())
        takeFrames();
}

void Session::takeFrames()
{
    while (const auto frame = m_decoder.next()) {
        if (frame->type == wire::MessageType::PoolGoodbye) {
            m_chunks.clear();
            m_end = End::Goodbye;
            return;
        }
        if (frame->type == wire::MessageType::Continue) {
            m_mayContinue = true;
            continue;
        }
        const auto work = wire::decodeWork(frame->body);
        if (frame->type != wire::MessageType::Work || !work) {
            m_end = End::Malformed;
            return;
        }
        wire::FieldReader items(work->items);
        for (std::uint32_t i = 0; m_items && i < work->count; ++i)
            items.string();
        if (!items.atEnd()) {
            m_end = End::Malformed;
            return;
        }
        m_chunks.push_back({m_receivedInputs, work->first, work->count, std::string(work->items)});
        m_receivedInputs += work->count;
    }
    if (!m_decoder.error().empty())
        m_end = End::Malformed;
}

void Session::flush(std::uint64_t now)
{
    m_flushed = now;
    if (m_sendBuffer.empty() && m_end != End::Goodbye)
        return;
    m_usage.refresh(now);
    m_frame.clear();
    wire::encode(m_frame,
        wire::BatchReport{m_received, now, m_usage.cpu(), m_usage.runQueue(), m_usage.maxRss(), 0});
    m_sendBuffer.add(m_frame);
    if (hasLostChannel() || !m_sendBuffer.flush())
        m_end = End::PoolGone;
}

int Session::exitStatus() const
{
    switch (m_end) {
    case End::Goodbye:
        return 0;
    case End::None:
    case End::PoolGone:
        if (isChannelIntact())
            return 1;
        std::fprintf(stderr,
            "poolscope-worker: the task has closed or replaced a file descriptor of the "
            "worker's\n");
        return 4;
    case End::Malformed:
        std::fprintf(stderr, "poolscope-worker: the pool does not speak this worker's protocol\n");
        return 2;
    }
    return 2;
}

} // namespace poolscope::worker
