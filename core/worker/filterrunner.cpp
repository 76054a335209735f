// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/filterrunner.h"

#include "task/programpath.h"
#include "worker/clock.h"
#include "worker/commandrunner.h"
#include "worker/outcomes.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t millisecond = 1'000'000; // nanoseconds
constexpr std::uint64_t firstGrace = 5 * millisecond;
constexpr std::uint64_t longestGrace = 2 * millisecond;
constexpr std::uint64_t graceShare = 16; // of the time that an answer took
constexpr std::uint64_t lookInterval = 1000 * millisecond; // at a filter that says nothing
constexpr std::uint64_t patienceAtEnd = 2000 * millisecond;
constexpr std::uint64_t patienceForRest = 100 * millisecond; // of an answer in doubt
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
    if (!m_filter)
        return;
    m_answer.clear();
    if (m_inDoubtFrom && awaitChild(*m_filter, false, now() + patienceForRest).output)
        readWaiting(m_filter->standardOutput(), m_answer);
    if (!m_answer.empty())
        answeredTooMuch("the filter had '" + firstCharacters(m_answer) + "' left over at its end");
    m_inDoubtFrom.reset();
    comeToEnd();
}

wire::Standing FilterRunner::standing() const
{
    if (!m_wrong.empty())
        return {wire::Trust::Wrong, m_wrong};
    return {m_inDoubtFrom ? wire::Trust::InDoubt : wire::Trust::Sure, {}};
}

/// What a filter prints when its input ends is no input's, and goes to the log.
void FilterRunner::comeToEnd()
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
    m_showsItsWait = true;
    return std::nullopt;
}

/// Kills the filter; the next input starts another.
void FilterRunner::leave(std::uint64_t index)
{
    m_filter.reset();
    if (m_inDoubtFrom && m_wrong.empty())
        m_errorOutput(index,
            "poolscope: this filter was gone before it could be seen that its values since input "
                + std::to_string(*m_inDoubtFrom) + " are each their own input's; they are kept\n");
    m_inDoubtFrom.reset();
}

wire::Done FilterRunner::run(Batch batch, wire::FieldReader &items, const IterationGate &gate)
{
    m_values.clear();
    std::uint64_t i = 0;
    for (; i < batch.count && gate.mayBegin(i + 1); ++i) {
        const std::uint64_t index = batch.first + i;
        const auto failed = runOne(index, m_inputs.take(index, items).whole);
        if (failed) {
            gate.failed();
            wire::encodeOutcome(m_values, failureOutcome(*failed));
        } else {
            wire::encodeOutcome(m_values, textOutcome({m_answer.data(), m_answer.size() - 1}));
        }
    }
    m_outOfMemory.begin(now()); // it may be killed before the next batch comes
    return inlineDone({batch.first, i}, m_values);
}

/// Leaves the value and its newline in m_answer, or says why there is none.
std::optional<Failure> FilterRunner::runOne(std::uint64_t index, std::string_view input)
{
    if (input.find('\n') != std::string_view::npos)
        return failed(
            failureInput, "the input has a line break, and a filter takes it as one line");
    if (auto reason = start())
        return reason;
    m_answer.clear();
    m_searched = 0;
    m_errors.forget();
    const std::uint64_t begun = now();
    Exchange line{index, std::string(input) + '\n', 0, begun, Patience(m_setup.timeout), begun};
    auto reason = exchange(line);
    if (!reason && !m_outputLimit.allows(m_searched))
        reason = tooLong();
    if (!reason)
        awaitSurplus(line);
    if (!reason && hasSurplus()) {
        const std::string second =
            firstCharacters(std::string_view(m_answer).substr(m_answer.find('\n') + 1));
        reason = failed(failureFilter,
            m_inDoubtFrom
                ? answeredTooMuch("the filter had '" + second + "' left over")
                : "the filter answered with more than one line; the second is '" + second + "'");
    }
    if (reason)
        leave(index);
    return reason;
}

std::optional<Failure> FilterRunner::exchange(Exchange &exchange)
{
    if (auto reason = saidBefore())
        return reason;
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

/// What it printed before it was asked.
std::optional<Failure> FilterRunner::saidBefore()
{
    readWaiting(m_filter->standardOutput(), m_answer);
    if (m_answer.empty())
        return std::nullopt;
    const std::string what =
        "the filter printed '" + firstCharacters(m_answer) + "' before it was given this input";
    return failed(failureFilter, m_inDoubtFrom ? answeredTooMuch(what) : what);
}

/// Where that it has a line too many was found only after other answers; says which are wrong.
std::string FilterRunner::answeredTooMuch(std::string_view how)
{
    m_wrong = std::string(how) + ": it answered input " + std::to_string(*m_inDoubtFrom)
        + " or a later one with more than one line, and what was taken for its values since "
          "then may belong to other inputs";
    return m_wrong;
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
            "the filter gave no line within " + secondsText(m_setup.timeout) + ": " + bufferHint);
    return std::nullopt;
}

/// Called each second in which the filter said nothing: it may have nothing to say.
std::optional<Failure> FilterRunner::whySilent(Exchange &exchange)
{
    if (!m_filter->standardInput().isOpen() || !m_filter->standardOutput().isOpen())
        return failed(failureFilter, "the filter has closed its input or output, and runs on");
    if (readsOn(exchange))
        return failed(failureFilter,
            std::string("the filter waits for the next line and has not answered this one: it has "
                        "nothing to say to it, or ")
                + bufferHint);
    if (++exchange.looks == looksBeforeNotice && !m_answeredBefore)
        m_errorOutput(exchange.index,
            std::string("poolscope: no answer of the filter for 10 s: ") + bufferHint + '\n');
    return std::nullopt;
}

/// Writes what the filter takes at once.
void FilterRunner::write(Exchange &exchange)
{
    Descriptor &to = m_filter->standardInput();
    const std::string_view rest = std::string_view(exchange.line).substr(exchange.written);
    const ssize_t written = ::write(to.number(), rest.data(), rest.size());
    if (written > 0)
        exchange.written += static_cast<std::size_t>(written);
    else if (errno != EAGAIN && errno != EINTR)
        to.close(); // it reads no more; what it answers, or its end, comes by itself
}

/// Whether the filter has taken the whole line and has nothing more to do with it.
bool FilterRunner::readsOn(const Exchange &exchange)
{
    return m_lineWait->look() == LineWait::State::Waits && hasTaken(exchange);
}

bool FilterRunner::hasTaken(const Exchange &exchange)
{
    int unread = 0;
    const int input = m_filter->standardInput().number();
    return exchange.isWritten() && ioctl(input, FIONREAD, &unread) == 0 && unread == 0;
}

/// Waits until the filter waits for its next line or has said more; for a time, if it shows
/// neither.
void FilterRunner::awaitSurplus(const Exchange &exchange)
{
    const std::uint64_t answered = now();
    const std::uint64_t grace = graceFor(answered - exchange.begun);
    while (true) {
        const LineWait::State state = m_lineWait->look();
        readWaiting(m_filter->standardOutput(), m_answer);
        m_errors.readWaiting(m_filter->standardError(), exchange.index);
        if (hasSurplus())
            return;
        if (state == LineWait::State::Waits && hasTaken(exchange)) {
            m_inDoubtFrom.reset();
            return;
        }
        const bool showsIt = m_showsItsWait && state != LineWait::State::CannotTell
            && m_filter->standardInput().isOpen();
        const std::uint64_t end = answered + (showsIt ? lookInterval : grace);
        const std::uint64_t time = now();
        if (time >= end) {
            if (showsIt)
                m_showsItsWait = false;
            break;
        }
        const std::uint64_t waited = time - answered;
        if (waited < yieldTime)
            sched_yield();
        else if (awaitChild(*m_filter, false, std::min(end, time + std::min(waited, longestPause)))
                     .ended)
            m_showsItsWait = false;
    }
    if (!m_inDoubtFrom)
        m_inDoubtFrom = exchange.index;
}

/// How long a filter that does not show its wait is given for a second line.
std::uint64_t FilterRunner::graceFor(std::uint64_t duration)
{
    return std::exchange(m_answeredBefore, true) ? std::min(duration / graceShare, longestGrace)
                                                 : firstGrace;
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
    // Most programs keep their output back where it goes to a pipe; these two stop them.
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
