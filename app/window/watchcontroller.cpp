// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/watchcontroller.h"

#include "charts/caption.h"
#include "system/signalname.h"
#include "window/sessiontext.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int updateInterval = 20; // milliseconds
constexpr int interruptPatience = 5000; // milliseconds
constexpr int killPatience = 500; // milliseconds
constexpr int newestInterval = 500; // milliseconds, so that many short pools do not flicker
constexpr std::size_t longestLine = 16 << 10; // bytes
constexpr int mostReads = 8; // of the output, between other events

/// Returns the text that a terminal shows last in a line, which progress bars overwrite.
std::string_view shownInLine(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line.substr(line.rfind('\r') + 1); // the whole line if there is no \r
}

} // namespace

WatchController::WatchController(WatchRequest request)
    : m_request(std::move(request))
{
    m_timer.setInterval(updateInterval);
    connect(&m_timer, &QTimer::timeout, this, &WatchController::update);
    m_patience.setInterval(interruptPatience);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &WatchController::interruptIgnored);
}

Result<std::unique_ptr<WatchController>> WatchController::start(const WatchRequest &request)
{
    std::unique_ptr<WatchController> controller(new WatchController(request));
    return controller->startCommand().map([&] { return std::move(controller); });
}

Result<void> WatchController::startCommand()
{
    if (!QDir(m_request.folder).exists())
        return failure("there is no folder " + m_request.folder.toStdString());
    const std::string folder =
        QFile::encodeName(QDir(m_request.folder).absolutePath()).toStdString();
    auto session =
        WatchSession::make({m_request.words, folder, m_request.changes, m_request.recordsInputs},
            [this](const std::string &line) { emit warned(QString::fromStdString(line)); });
    if (!session)
        return tl::unexpected(session.error());
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return failure(std::string("cannot make a pipe: ") + std::strerror(errno));
    m_pipe = Descriptor(ends[0]);
    const Descriptor writer(ends[1]);
    ::fcntl(m_pipe.number(), F_SETFL, O_NONBLOCK);
    m_session = std::move(*session);
    m_clock.origin = RunClock::monotonic();
    auto command = watch::LaunchedCommand::start(
        {m_request.words, m_session->environment(), writer.number(), folder});
    if (!command)
        return failure("cannot start " + m_request.words.front() + ": " + command.error().message);
    m_command = *command;
    WatchedCall call;
    call.command = m_request.words;
    call.folder = folder;
    m_output.origin = call;
    m_notifier = std::make_unique<QSocketNotifier>(m_pipe.number(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &WatchController::readOutput);
    m_timer.start();
    return {};
}

WatchController::~WatchController()
{
    if (m_command && !m_end && !m_isReleased) {
        interrupt();
        if (!m_command->wait(killPatience)) {
            kill();
            m_command->wait(killPatience);
        }
    } else if (m_command && m_pipe.isOpen()) {
        leaveOutput();
    }
}

QString WatchController::endText() const
{
    if (!m_end)
        return {};
    return m_end->signal > 0 ? QString::fromStdString(signalName(m_end->signal))
                             : tr("exit status %1").arg(m_end->status);
}

bool WatchController::hasEnded(std::size_t run) const
{
    return m_end || m_session->runs()[run]->hasEnded;
}

QString WatchController::runFigures(std::size_t run) const
{
    const RunRecord &record = m_session->runs()[run]->record;
    return sessionFigures(record, hasEnded(run) ? record.timeline.end() : record.elapsed);
}

ListedCall WatchController::listedCall(std::size_t run) const
{
    const RunRecord &record = m_session->runs()[run]->record;
    return {&call(run), record.inputCount, !hasEnded(run), record.timeline.failed() > 0};
}

const RunRecord *WatchController::record() const
{
    return m_shown < runCount() ? &m_session->runs()[m_shown]->record : nullptr;
}

const WatchedCall &WatchController::call(std::size_t run) const
{
    return std::get<WatchedCall>(m_session->runs()[run]->record.origin);
}

Moment WatchController::moment() const
{
    if (m_shown >= runCount())
        return {};
    if (hasEnded(m_shown))
        return {record()->elapsed, TimeView::Run::Ended};
    return {RunClock{m_session->pools().calls()[m_shown]->begin()}.now(), TimeView::Run::Running};
}

void WatchController::showRun(std::size_t run)
{
    m_shown = run;
    m_followsNewest = run + 1 == runCount();
    m_sinceNewest.start();
}

void WatchController::update()
{
    const auto end = m_command->wait(0);
    if (end) {
        finish(*end);
        return;
    }
    m_session->update();
    updateRuns();
}

void WatchController::updateRuns()
{
    copyMessages();
    const std::size_t count = runCount();
    const bool areNew = m_costTaken.size() < count;
    m_costTaken.resize(count);
    for (std::size_t run = 0; run < count; ++run) {
        if (m_costTaken[run] || !hasEnded(run))
            continue;
        m_costTaken[run] = true;
        if (run == m_shown)
            emit costUpdated();
    }
    const bool isDue = !m_sinceNewest.isValid() || m_sinceNewest.elapsed() >= newestInterval;
    if (m_followsNewest && isDue && count > 0 && (m_shown + 1 < count || !m_sinceNewest.isValid()))
        emit runWanted(count - 1);
    if (areNew)
        emit runsChanged();
}

void WatchController::finish(const watch::CommandEnd &end)
{
    m_timer.stop();
    m_patience.stop();
    m_session->finish();
    m_end = end;
    m_elapsed = Duration(static_cast<double>(m_clock.now()));
    m_sinceNewest.invalidate();
    updateRuns();
    if (m_followsNewest && runCount() > 0)
        emit runWanted(longestRun());
    emit costUpdated(); // also of calls that ended before
    if (m_pipe.isOpen())
        readOutput(); // limited, since processes that the command left running may print for ever
    if (!m_line.empty())
        finishLine();
    if (runCount() > 0)
        m_endedRuns = m_session->endedRuns();
    emit ended();
}

std::size_t WatchController::longestRun() const
{
    const auto &runs = m_session->runs();
    const auto longest = std::ranges::max_element(runs, {},
        [](const std::unique_ptr<WatchedRun> &run) { return run->record.timeline.makespan(); });
    return static_cast<std::size_t>(longest - runs.begin());
}

void WatchController::copyMessages()
{
    m_messagesCopied.resize(runCount());
    for (std::size_t run = 0; run < runCount(); ++run) {
        const RunRecord &record = m_session->runs()[run]->record;
        std::uint64_t &copied = m_messagesCopied[run];
        if (record.log.end() == copied)
            continue;
        const RunLog::Page page = record.log.entries(copied);
        copied = page.next();
        const auto &call = std::get<WatchedCall>(record.origin);
        for (const LogLine &line : page.entries) {
            LogEntry entry = *line;
            entry.time += call.begin;
            m_output.log.add(std::move(entry));
        }
    }
}

void WatchController::readOutput()
{
    std::array<char, 1 << 16> bytes{};
    for (int read = 0; read < mostReads; ++read) {
        const ssize_t size = ::read(m_pipe.number(), bytes.data(), bytes.size());
        if (size > 0) {
            takeOutput(bytes.data(), static_cast<std::size_t>(size));
            continue;
        }
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        m_notifier->setEnabled(false);
        m_pipe.close();
        if (!m_line.empty())
            finishLine();
        return;
    }
}

void WatchController::takeOutput(const char *bytes, std::size_t size)
{
    std::string_view rest(bytes, size);
    while (!rest.empty()) {
        const std::size_t length = rest.find('\n');
        m_line.append(rest.substr(0, length));
        if (length != std::string_view::npos)
            finishLine();
        else if (m_line.size() > longestLine)
            m_line.erase(0, m_line.rfind('\r', m_line.size() - 2) + 1);
        if (m_line.size() > longestLine)
            finishLine();
        rest.remove_prefix(length == std::string_view::npos ? rest.size() : length + 1);
    }
}

void WatchController::finishLine()
{
    m_output.log.add({m_clock.now(), noWorker, {}, true, std::string(shownInLine(m_line))});
    m_line.clear();
}

void WatchController::interrupt()
{
    if (!isRunning() || m_isReleased)
        return;
    ::kill(-m_command->pid(), SIGINT);
    m_patience.start();
}

void WatchController::kill()
{
    if (isRunning())
        ::kill(-m_command->pid(), SIGKILL);
}

/// Starts a program that reads the output of processes that still run, which a write to a pipe
/// without a reader would end.
void WatchController::leaveOutput()
{
    QProcess reader;
    reader.setProgram(QStringLiteral("cat"));
    reader.setStandardInputFile(QStringLiteral("/proc/self/fd/%1").arg(m_pipe.number()));
    reader.setStandardOutputFile(QProcess::nullDevice());
    reader.setStandardErrorFile(QProcess::nullDevice());
    reader.startDetached();
}

} // namespace poolscope
