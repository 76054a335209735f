// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/filterrunner.h"
#include "wire/outcomecodec.h"

#include "task/programpath.h"
#include "text/figures.h"
#include "worker/clock.h"
#include "worker/commandrunner.h"
#include "worker/outcomes.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <sched.h>
#include <sys/ioctl.h>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t millisecond = 1'000'000; // nanoseconds
constexpr std::uint64_t silenceAfterAnswer = 5 * millisecond; // if LineWait cannot detect the wait
constexpr std::uint64_t lookInterval = 1000 * millisecond; // while a filter is silent
constexpr std::uint64_t patienceAtEnd = 2000 * millisecond;
constexpr std::uint64_t patienceForSurplus = 100 * millisecond; // at the end of the filter
constexpr std::uint64_t yieldTime = 50'000; // shorter than a sleep
constexpr std::uint64_t longestPause = millisecond;
constexpr int looksBeforeNotice = 10;
constexpr std::size_t shownSurplus = 60;

constexpr const char *bufferHint =
    "does it keep its output back until there is more? (sed -u, grep --line-buffered and "
    "mawk -W interactive do not)";

std::string firstCharacters(std::string_view text)
{
    const std::string_view line = text.substr(0, text.find('\n'));
    return line.size() > shownSurplus ? std::string(line.substr(0, shownSurplus)) + "..."
                                      : std::string(line);
}

Failure lineBreak()
{
    return {std::string(failureInput), "",
        "the input has a line break, and a filter takes it as one line", ""};
}

/// Returns the failure of an input that had an answer when the filter failed on a later one, before
/// it was certain that each input had one line.
Failure unconfirmed(std::uint64_t failedInput, const Failure &reason)
{
    return {std::string(failureFilter), "",
        "it was not certain yet that the filter's line was the answer to this input when the "
        "filter failed on input "
            + std::to_string(failedInput) + ": " + reason.message,
        reason.detail};
}

} // namespace

FilterRunner::FilterRunner(const wire::Setup &setup, std::string path,
    std::vector<std::string> words, ErrorOutput errorOutput)
    : m_setup(setup)
    , m_path(std::move(path))
    , m_words(std::move(words))
    , m_inputs(setup)
    , m_outputLimit(setup)
    , m_errorOutput(errorOutput)
    , m_errors(std::move(errorOutput))
{
}

void FilterRunner::end()
{
    m_wrongValues.reset();
    if (!m_filter)
        return;
    m_answer.clear();
    if (m_unconfirmedFrom && awaitChild(*m_filter, false, now() + patienceForSurplus).output)
        readWaiting(m_filter->standardOutput(), m_answer);
    if (!m_answer.empty())
        m_wrongValues = lineTooMany(m_answer);
    awaitExit();
}

std::uint64_t FilterRunner::batchSize(std::uint64_t /*suggested*/) const
{
    return m_showsItsWait ? 1 : std::numeric_limits<std::uint64_t>::max();
}

/// Waits for the filter's end, and logs the text that it prints after the end of its input.
void FilterRunner::awaitExit()
{
    m_filter->standardInput().close();
    const std::uint64_t end = now() + patienceAtEnd;
    while (now() < end) {
        const Readiness ready = awaitChild(*m_filter, false, end);
        m_answer.clear();
        if (ready.output)
            readOnce(m_filter->standardOutput(), m_answer);
        if (ready.error)
            readOnce(m_filter->standardError(), m_answer);
        std::fwrite(m_answer.data(), 1, m_answer.size(), stderr);
        if (ready.ended) {
            m_filter->reap();
            return;
        }
    }
}

std::optional<Failure> FilterRunner::start()
{
    if (m_filter)
        return std::nullopt;
    m_outOfMemory.begin(now());
    auto filter = ChildProcess::start(m_path, m_words, ChildProcess::StandardInput::Pipe);
    if (!filter)
        return failed(failureStart, "cannot run " + m_path + ": " + std::strerror(filter.error()));
    fcntl(filter->standardInput().number(), F_SETFL, O_NONBLOCK);
    m_filter.emplace(std::move(*filter));
    m_lineWait.emplace(m_filter->pid());
    m_answeredBefore = false;
    return std::nullopt;
}

/// Kills the filter. The next input starts another one.
void FilterRunner::kill()
{
    m_filter.reset();
    m_showsItsWait = true;
    m_unconfirmedFrom.reset();
}

wire::Done FilterRunner::run(Batch batch, wire::FieldReader &items, const IterationGate &gate)
{
    m_values.clear();
    m_firstOfBatch = batch.first;
    m_wrongValues.reset();
    Batch begun{batch.first, 0};
    std::optional<Failure> reason;
    while (!reason && begun.count < batch.count && gate.mayBegin(begun.count + 1)) {
        const std::uint64_t index = batch.first + begun.count++;
        const std::string_view input = m_inputs.take(index, items).whole;
        if (input.find('\n') != std::string_view::npos) {
            wire::encodeOutcome(m_values, failureOutcome(lineBreak()));
            gate.failed();
            continue;
        }
        reason = runOne(index, input);
        if (!reason)
            wire::encodeOutcome(m_values, textOutcome({m_answer.data(), m_answer.size() - 1}));
    }
    const std::uint64_t last = batch.first + begun.count - 1;
    if (reason)
        encodeFailures(begun, unconfirmed(last, *reason), *reason);
    else if (m_unconfirmedFrom && (reason = awaitEndOfAnswers(last)))
        encodeFailures(begun, *reason, *reason);
    if (reason) {
        kill();
        gate.failed();
    }
    m_outOfMemory.begin(now()); // the filter may be killed before the next batch
    return inlineDone(begun, m_values);
}

void FilterRunner::encodeFailures(Batch batch, const Failure &ofEarlier, const Failure &ofLast)
{
    m_values.clear();
    for (std::uint64_t i = 1; i < batch.count; ++i)
        wire::encodeOutcome(m_values, failureOutcome(ofEarlier));
    wire::encodeOutcome(m_values, failureOutcome(ofLast));
}

/// Stores the value and its newline in m_answer, or returns the reason why there is none.
std::optional<Failure> FilterRunner::runOne(std::uint64_t index, std::string_view input)
{
    if (auto reason = start())
        return reason;
    m_answer.clear();
    m_searched = 0;
    m_errors.clear();
    if (auto reason = printedBefore(index))
        return reason;
    if (!m_unconfirmedFrom)
        m_unconfirmedFrom = index;
    const std::uint64_t begun = now();
    Exchange line{index, std::string(input) + '\n', 0, begun, Patience(m_setup.timeout), begun};
    if (auto reason = exchange(line))
        return reason;
    m_answeredBefore = true;
    if (!m_outputLimit.allows(m_searched))
        return tooLong();
    if (hasSurplus())
        return surplus(index);
    return std::nullopt;
}

std::optional<Failure> FilterRunner::exchange(Exchange &exchange)
{
    write(exchange);
    while (!isAnswered(exchange)) {
        const Readiness ready = await(exchange);
        take(exchange, ready);
        if (isAnswered(exchange))
            break;
        if (ready.ended)
            return endedEarly(exchange);
        if (auto reason = beyondLimits(exchange))
            return reason;
        if (ready.any() || now() < exchange.silentSince + lookInterval) {
            exchange.silentSince = ready.any() ? now() : exchange.silentSince;
            continue;
        }
        exchange.silentSince = now();
        if (auto reason = whySilent(exchange))
            return reason;
    }
    return std::nullopt;
}

std::optional<Failure> FilterRunner::printedBefore(std::uint64_t index)
{
    readWaiting(m_filter->standardOutput(), m_answer);
    if (m_answer.empty())
        return std::nullopt;
    if (m_unconfirmedFrom) {
        m_answer.insert(0, 1, '\n'); // after the last answer
        return surplus(index);
    }
    return failed(failureFilter,
        "the filter printed '" + firstCharacters(m_answer) + "' before it was given this input");
}

bool FilterRunner::hasSurplus() const
{
    return m_answer.find('\n') + 1 < m_answer.size();
}

Readiness FilterRunner::await(const Exchange &exchange)
{
    const std::uint64_t until = exchange.silentSince + lookInterval;
    return awaitChild(*m_filter, !exchange.isWritten(),
        std::min(until, exchange.patience.nextLook().value_or(until)));
}

void FilterRunner::take(Exchange &exchange, const Readiness &ready)
{
    if (ready.error)
        m_errors.read(m_filter->standardError(), exchange.index);
    if (ready.output)
        readOnce(m_filter->standardOutput(), m_answer);
    if (ready.input)
        write(exchange);
    if (ready.ended)
        readWaiting(m_filter->standardOutput(), m_answer);
}

bool FilterRunner::hasLine()
{
    m_searched = std::min(m_answer.find('\n', m_searched), m_answer.size());
    return m_searched < m_answer.size();
}

bool FilterRunner::isAnswered(const Exchange &exchange)
{
    const bool wantsMore = !exchange.isWritten() && m_filter->standardInput().isOpen();
    return hasLine() && !wantsMore;
}

Failure FilterRunner::tooLong() const
{
    return failed(failureOutput,
        "the filter answered with a line of more than " + m_outputLimit.name() + " allows");
}

std::optional<Failure> FilterRunner::beyondLimits(Exchange &exchange)
{
    if (!hasLine())
        m_outputLimit.cut(m_answer);
    m_searched = std::min(m_searched, m_answer.size());
    if (!m_outputLimit.allows(m_answer.size()))
        return tooLong();
    if (exchange.patience.isOver())
        return failed(failureTimeout,
            "the filter gave no line within " + textOf(Duration(m_setup.timeout)) + ": "
                + bufferHint);
    return std::nullopt;
}

/// Returns a reason if no answer will follow. To be called each second of the filter's silence.
std::optional<Failure> FilterRunner::whySilent(Exchange &exchange)
{
    if (!m_filter->standardInput().isOpen() || !m_filter->standardOutput().isOpen())
        return failed(failureFilter, "the filter has closed its input or output, and runs on");
    if (waitsForNextLine(exchange))
        return failed(failureFilter,
            std::string("the filter waits for the next line and has not answered this one: it has "
                        "nothing to say to it, or ")
                + bufferHint);
    if (++exchange.looks == looksBeforeNotice && !m_answeredBefore)
        m_errorOutput(exchange.index,
            std::string("poolscope: no answer of the filter for 10 s: ") + bufferHint + '\n');
    return std::nullopt;
}

/// Writes as much of the line as fits into the pipe.
void FilterRunner::write(Exchange &exchange)
{
    Descriptor &to = m_filter->standardInput();
    const std::string_view rest = std::string_view(exchange.line).substr(exchange.written);
    const ssize_t written = ::write(to.number(), rest.data(), rest.size());
    if (written > 0)
        exchange.written += static_cast<std::size_t>(written);
    else if (errno != EAGAIN && errno != EINTR)
        to.close(); // the filter does not read any more; an answer or its end will follow
}

/// Whether the filter has read the whole line and waits for another.
bool FilterRunner::waitsForNextLine(const Exchange &exchange)
{
    return m_lineWait->look() == LineWait::State::Waits && exchange.isWritten() && hasTakenAll();
}

bool FilterRunner::hasTakenAll()
{
    int unread = 0;
    const int input = m_filter->standardInput().number();
    return ioctl(input, FIONREAD, &unread) == 0 && unread == 0;
}

/// Waits until the filter waits for its next line or, if that cannot be detected, has been silent
/// for long enough. Returns a reason if it prints another line meanwhile.
std::optional<Failure> FilterRunner::awaitEndOfAnswers(std::uint64_t index)
{
    const std::uint64_t answered = now();
    while (true) {
        const LineWait::State state = m_lineWait->look();
        readWaiting(m_filter->standardOutput(), m_answer);
        m_errors.readWaiting(m_filter->standardError(), index);
        if (hasSurplus())
            return surplus(index);
        if (state == LineWait::State::Waits && hasTakenAll()) {
            m_showsItsWait = true;
            m_unconfirmedFrom.reset();
            return std::nullopt;
        }
        const bool mayShowIt = m_showsItsWait && state != LineWait::State::Unknown
            && m_filter->standardInput().isOpen();
        const std::uint64_t end = answered + (mayShowIt ? lookInterval : silenceAfterAnswer);
        const std::uint64_t time = now();
        if (time >= end) {
            m_showsItsWait = false;
            return std::nullopt;
        }
        const std::uint64_t waited = time - answered;
        if (waited < yieldTime)
            sched_yield();
        else if (awaitChild(*m_filter, false, std::min(end, time + std::min(waited, longestPause)))
                     .ended)
            m_showsItsWait = false;
    }
}

/// Returns the failure of inputs up to `index`, after whose answers m_answer has another line.
Failure FilterRunner::surplus(std::uint64_t index)
{
    const std::string_view line = std::string_view(m_answer).substr(m_answer.find('\n') + 1);
    if (m_unconfirmedFrom == index)
        return failed(failureFilter,
            "the filter answered with more than one line; the second is '" + firstCharacters(line)
                + "'");
    std::string what = lineTooMany(line);
    if (*m_unconfirmedFrom < m_firstOfBatch)
        m_wrongValues = what;
    return failed(failureFilter, std::move(what));
}

std::string FilterRunner::lineTooMany(std::string_view line)
{
    const std::string first = std::to_string(*m_unconfirmedFrom);
    return "the filter answered input " + first + " or a later one with more than one line; '"
        + firstCharacters(line) + "' was left over, and values since input " + first
        + " may belong to other inputs";
}

Failure FilterRunner::endedEarly(const Exchange &exchange)
{
    m_errors.readWaiting(m_filter->standardError(), exchange.index);
    const std::string how = describeStatus(m_filter->reap(), m_outOfMemory);
    const std::string when = m_answer.empty() ? "before it answered"
        : m_answer.ends_with('\n')
        ? "before it had read its input"
        : "before it ended its line '" + firstCharacters(m_answer) + "' with a newline";
    return failed(failureFilter, when + ", the filter " + how);
}

Failure FilterRunner::failed(std::string_view kind, std::string message) const
{
    return {std::string(kind), "", std::move(message), std::string(m_errors.lastLines())};
}

Result<std::unique_ptr<TaskRunner>> makeFilterRunner(
    const wire::Setup &setup, ErrorOutput errorOutput)
{
    if (setup.words.empty())
        return failure("the filter has no words");
    auto path = findProgram(setup.words.front());
    if (!path)
        return tl::unexpected(path.error());
    std::vector<std::string> words = setup.words;
    // Most programs buffer output to a pipe. The variable and stdbuf prevent that.
    setenv("PYTHONUNBUFFERED", "1", 0);
    if (const auto stdbuf = findProgram("stdbuf")) {
        words.insert(words.begin(), {"stdbuf", "-oL", "--", *path});
        words.erase(words.begin() + 4);
        path = *stdbuf;
    }
    auto runner =
        std::make_unique<FilterRunner>(setup, *path, std::move(words), std::move(errorOutput));
    if (const auto reason = runner->start())
        return failure(reason->message);
    return runner;
}

} // namespace poolscope::worker
